public import CloudProtocol
public import DoorRules

/// The machine that the daemon runs on. A reading opens small files and may wait for them, so it is
/// taken off the runtime's thread.
public protocol HostFacts: Sendable {
  func read() -> HostReading
}

/// The daemon's last log lines.
public protocol RecentLines: Sendable {
  /// Oldest first, and how many older ones are gone.
  func recent() -> (lines: [String], dropped: Int)
}

/// Diagnoses the whole controller, from outside of the runtime.
public protocol SelfTest: Sendable {
  /// Takes up to ten seconds; `done` is called once, from any thread.
  func run(_ done: @escaping @Sendable (DiagnosisReport) -> Void)
}

/// The certificates of this controller that expire some day. Reading opens files, and is done off
/// the runtime's thread.
public protocol CertificateSource: Sendable {
  func read() -> [(name: String, life: Range<WallInstant>)]
}
