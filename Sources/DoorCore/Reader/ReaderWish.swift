import DoorRules

/// What a ``ReaderUnit`` wants done, in order.
enum ReaderWish: Sendable {
  case effect(ControllerEffect)
  /// Find who holds any of these.
  case ask([Secret<String>], issues: [CardIssue] = [], purpose: LookUps.Purpose)
  /// Somebody pressed the bell.
  case ring
  /// A PIN was typed while the keypad, or the card before it, is locked out: record a denial and
  /// ask nobody.
  case refuse(LookUps.Purpose, card: CredentialID?)
}
