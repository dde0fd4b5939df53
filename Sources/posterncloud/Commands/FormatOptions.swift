import ArgumentParser
import Foundation
import Settings
import WiegandCodec

/// The card formats that numbers may be in.
struct FormatOptions: ParsableArguments {
  @Option(help: "The door's settings file, for the operator's own card formats.")
  var config: String?

  /// The operator's own formats and the known ones.
  func table() async throws -> FormatTable {
    guard let config else { return .standard }
    do throws(SettingsFailure) {
      return try await SettingsLoader.load(path: config, environment: [:]).formats
    } catch {
      throw CloudProblem("\(error)")
    }
  }
}
