public import CloudProtocol

/// The machine that the daemon runs on. A reading opens small files and may wait for them, so it is
/// taken off the runtime's actor.
public protocol HostFacts: Sendable {
  func read() -> HostReading
}
