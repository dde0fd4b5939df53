package import Foundation
import WiegandCodec

/// Answers lines of each kind one at a time, without standard input: for fuzzing.
package final class DryRunLines {
  private let wiegand = LineWorker(WiegandDryRun.Answerer(table: .standard))
  private let hours = LineWorker(HoursDryRun.Answerer())
  private let geofence = LineWorker(GeofenceDryRun.Answerer())
  private let access: LineWorker<AccessDryRun.Answerer>

  /// `policy` is the file of `dry-run access`; throws what is wrong with it.
  package init(policy: Data) throws {
    access = LineWorker(AccessDryRun.Answerer(file: try PolicyFile(policy, of: "policy")))
  }

  /// The kinds of lines.
  package enum Kind: CaseIterable, Sendable {
    case wiegand, hours, geofence, access
  }

  /// The answer to one line, as JSON.
  package func answer(_ line: Data, as kind: Kind) -> String {
    let answer =
      switch kind {
      case .wiegand: wiegand.answer(line)
      case .hours: hours.answer(line)
      case .geofence: geofence.answer(line)
      case .access: access.answer(line)
      }
    return String(decoding: answer, as: UTF8.self)
  }
}
