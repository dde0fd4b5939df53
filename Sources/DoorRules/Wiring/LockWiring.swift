/// How a lock hangs on its relay, and so what the door is in every situation. The lock's current flows
/// through the contact that is closed while the relay is active (NO), for both kinds of lock: the
/// relay then says what the lock gets, and a relay that falls off takes the current away.
public struct LockWiring: Sendable, Hashable {
  /// What can be with the controller and its lock.
  public enum Situation: String, Sendable, Hashable, CaseIterable {
    case secured, released, programEnded, controllerWithoutPower, lockWithoutPower
  }

  /// A contact of the relay.
  public enum Contact: String, Sendable, Hashable, CaseIterable {
    /// Closed while the relay is active.
    case normallyOpen = "NO"
    /// Closed while it is not.
    case normallyClosed = "NC"
  }

  /// The lock opens when its power fails, such as a magnet; otherwise it stays locked, such as a
  /// strike.
  public var failSafe: Bool
  /// Always ``Contact/normallyOpen`` in a right installation.
  public var contact: Contact

  public init(failSafe: Bool, contact: Contact = .normallyOpen) {
    self.failSafe = failSafe
    self.contact = contact
  }

  /// The relay's level while the lock is to be released, or not.
  public func isRelayActive(released: Bool) -> Bool { released != failSafe }

  /// No relay is active without a program: the service manager switches them off.
  public func isRelayActive(in situation: Situation) -> Bool {
    switch situation {
    case .secured: isRelayActive(released: false)
    // The lock's supply says nothing about the relay: take the level at rest.
    case .lockWithoutPower: isRelayActive(released: false)
    case .released: isRelayActive(released: true)
    case .programEnded, .controllerWithoutPower: false
    }
  }

  /// Whether current flows through the lock.
  public func hasCurrent(in situation: Situation) -> Bool {
    situation != .lockWithoutPower
      && isRelayActive(in: situation) == (contact == .normallyOpen)
  }

  /// Whether the leaf can be opened: a fail-safe lock holds with current, another one without.
  public func isFree(in situation: Situation) -> Bool {
    hasCurrent(in: situation) != failSafe
  }
}
