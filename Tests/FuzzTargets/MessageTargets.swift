import CloudProtocol
import CoreModels
import DoorRules
import Foundation

extension FuzzTarget {
  /// One target for each message type: a message that can be read is written and read again as the
  /// same value, and its validation ends in a value or in named problems.
  static let messages: [FuzzTarget] = [
    message("config", ConfigurationMessage.self) { message, base in
      switch message.unwrapped.message {
      case .whole(let document): _ = try document.validated(zones: { _ in .utc })
      case .patch(let patch): _ = try patch.applied(to: base)
      case .dryRun: break
      }
    },
    message("credentials", CredentialDelta.self) { delta, _ in _ = try delta.sifted() },
    message("commands", Command.self) { command, _ in _ = try command.validated() },
    message("ack", EventAcknowledgement.self),
    message("snapshot", SnapshotOffer.self) { offer, _ in try offer.check() },
    message("chunk", SnapshotChunk.self) { chunk, _ in _ = try chunk.sifted() },
    message("repair", BucketRepair.self) { repair, _ in _ = try repair.sifted() },
    message("digestRequest", DigestRequest.self),
    message("hello", Hello.self), message("state", StateReport.self),
    message("events", EventBatch.self) { batch, _ in
      guard let controller = ControllerID(batch.controller) else { return }
      var intake = EventIntake(epoch: batch.epoch, through: 0)
      let answer = try intake.take(batch, from: controller)
      try demand(intake.through == answer.acknowledgement.through, "acknowledged what it has not")
    },
    message("urgent", UrgentEvent.self), message("results", CommandResult.self),
    message("applied", ApplyReport.self), message("pull", SnapshotPull.self),
    message("digest", DigestReport.self), message("telemetry", TelemetryReport.self),
    message("logs", LogUpload.self), message("issued", IssuedReport.self),
    message("diagnosis", DiagnosisReport.self),
  ]

  private static func message<Body: Codable & Hashable & Sendable>(
    _ name: String, _ type: Body.Type,
    judge: @escaping @Sendable (Body, ConfigurationDocument) throws -> Void = { _, _ in }
  ) -> FuzzTarget {
    FuzzTarget(
      "message-\(name)", "\(name) messages of the protocol", bytesMax: 8_192,
      seeds: { try Examples.named(name) },
      make: {
        let base = try ConfigurationDocument.parse(try Examples.file("config.whole.json"))
        return { bytes in
          let body: Body
          do throws(ValidationFailure) { body = try JSONCoding.decode(type, from: bytes) } catch {
            return try demand(!error.problems.isEmpty, "refused without a reason")
          }
          // Records that could not be read are not written again.
          let written = try JSONCoding.encode(body)
          let again = try JSONCoding.decode(type, from: written)
          try demand(try JSONCoding.encode(again) == written, "read again it is another")
          do { try judge(body, base) } catch let failure as ValidationFailure {
            try demand(!failure.problems.isEmpty, "refused without a reason")
          }
        }
      })
  }
}

/// The published examples of the protocol.
enum Examples {
  private static var folder: String {
    Repository.file("deploy/protocol/examples").path()
  }

  static func file(_ name: String) throws -> [UInt8] {
    guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
      throw FuzzFinding("no example \(folder)/\(name)")
    }
    return [UInt8](bytes)
  }

  /// The examples of one message type.
  static func named(_ type: String) throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasPrefix("\(type).") }.map { try file($0) }
  }
}
