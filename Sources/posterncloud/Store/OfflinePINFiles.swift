import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux

/// The keys of each controller's offline PINs: one file for each, in the format of the controller's
/// own file.
struct OfflinePINFiles {
  let folder: String
  let controllers: ControllerTable

  private func path(of controller: ControllerID) -> String { "\(folder)/\(controller).keys" }

  /// The text of a controller's key file, which is created at first use.
  func text(of controller: ControllerID) throws -> Secret<String> {
    guard try controllers.isEnrolled(controller) else {
      throw CloudProblem("there is no controller \(controller); enrol it first")
    }
    let path = path(of: controller)
    if !FileManager.default.fileExists(atPath: path) {
      try create(Secret(CloudKey.newCredentialKey()), of: controller)
    }
    return try KeyFile.secretText(path: path, bytesMax: OfflinePINKeys.fileBytesMax)
  }

  /// Creates the file with the first key of a controller; throws when there is one.
  func create(_ key: Secret<[UInt8]>, of controller: ControllerID) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    try KeyFile.create(
      path: path(of: controller),
      text: OfflinePINKeys.line(keyID: "opin-1", fromHour: 0, key: key))
  }

  func keys(of controller: ControllerID) throws -> OfflinePINKeys {
    do {
      return try OfflinePINKeys(
        parsing: try text(of: controller), controller: controller)
    } catch let problem as OfflinePINProblem {
      throw CloudProblem("the offline PIN keys of \(controller): \(problem)")
    }
  }

  /// Adds a key for windows that start at `fromHour` or later; returns its id. The file is complete
  /// at any moment.
  func rotate(of controller: ControllerID, fromHour: Int64) throws -> String {
    let text = try text(of: controller).reveal()
    let keyID = "opin-\(WrittenText.records(of: text).count + 1)"
    let end = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
    let next = Secret(text + end + Self.newLine(keyID: keyID, fromHour: fromHour).reveal())
    do { _ = try OfflinePINKeys(parsing: next, controller: controller) } catch {
      throw CloudProblem("the new key was not added: \(error)")
    }
    let path = path(of: controller)
    let beside = path + ".new"
    // Left behind by a run that was interrupted; it was never in force.
    try? FileManager.default.removeItem(atPath: beside)
    try KeyFile.create(path: beside, text: next)
    guard rename(beside, path) == 0 else { throw CloudProblem("\(path) could not be replaced") }
    return keyID
  }

  private static func newLine(keyID: String, fromHour: Int64) -> Secret<String> {
    OfflinePINKeys.line(
      keyID: keyID, fromHour: fromHour, key: Secret(CloudKey.newCredentialKey()))
  }
}
