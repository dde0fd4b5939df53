import DoorCore
import DoorRules

extension StateWrite {
  /// What the core needs after a restart. Nil for where people are, which ``HolderDirectory``
  /// persists, for the modes of a door, which are ``KeptModes``, and for plans, which are ``KeptPlans``.
  init?(_ memory: Memory, at now: Moment) {
    switch memory {
    case .lockout(let reader, let lockout):
      self.init(
        "the lockout of reader \(reader)", .lockout(reader), KeptLockout(lockout, at: now).bytes)
    case .cardLockouts(let lockouts):
      self.init(
        "the lockouts of cards", .cardLockouts, KeptLockout.bytes(ofCards: lockouts, at: now))
    case .firstPerson(let door, let came):
      self.init(
        "the first person at door \(door)", .firstPerson(door), came.map(KeptInstant.bytes(of:)))
    case .fire(let span): self.init("the last fire alarm", .fire, KeptFire.bytes(of: span))
    case .presence, .areaReset, .modes, .plans: return nil
    }
  }
}
