import CloudProtocol
import DoorPorts
import DoorRules

/// Messages as a test writes them: sifted, then applied. One that is wrong as a whole is `invalid`.
extension PolicyStore {
  /// The credentials that changed.
  @discardableResult
  func apply(_ delta: CredentialDelta) throws(PortError) -> [CredentialChange] {
    try apply(try Self.sift { () throws(ValidationFailure) in try delta.sifted() }).changes
  }

  @discardableResult
  func apply(_ repair: BucketRepair) throws(PortError) -> [RefusedRecord] {
    try apply(try Self.sift { () throws(ValidationFailure) in try repair.sifted() }).refused
  }

  func stage(_ chunk: SnapshotChunk) throws(PortError) -> StagedSnapshot? {
    try stage(try Self.sift { () throws(ValidationFailure) in try chunk.sifted() })
  }

  private static func sift<Sound>(
    _ body: () throws(ValidationFailure) -> Sound
  ) throws(PortError) -> Sound {
    do throws(ValidationFailure) { return try body() } catch {
      throw PortError(.invalid, operation: "sift a message", detail: "\(error)")
    }
  }
}

extension CommandLedger {
  /// Begins a command whose content does not matter to the test.
  func begin(
    commandID: String, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer {
    try begin(commandID: commandID, content: nil, at: at, expires: expires)
  }
}
