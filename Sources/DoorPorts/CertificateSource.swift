public import DoorRules

/// The certificates of this controller that end some day. Reading opens files, and is done off the
/// runtime's actor.
public protocol CertificateSource: Sendable {
  func read() -> [(name: String, end: WallInstant)]
}
