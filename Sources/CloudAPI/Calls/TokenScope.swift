/// What a token may do.
public enum TokenScope: String, CaseIterable, Codable, Sendable {
  /// Read sites, doors, health, people, reservations, credentials and events.
  case read
  /// Change sites, doors, scopes, schedules and holidays.
  case configure
  /// Change people and their cards.
  case people
  /// Change reservations and credentials.
  case bookings
  /// See and change people's codes.
  case codes
  /// Open a door for a member, by the door's rules.
  case unlock
  /// Open a door by order, with a reason.
  case unlockAdmin = "unlock:admin"
  /// Set where webhooks go.
  case webhooks
  /// Make and revoke tokens.
  case tokens
  /// Read who changed what.
  case audit
}
