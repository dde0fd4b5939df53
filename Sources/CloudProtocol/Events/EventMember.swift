/// A member of an event's `detail`. All values are strings.
public struct EventMember: Sendable, Hashable {
  public let name: String
  /// What the value is, with its unit.
  public let meaning: String

  init(_ name: String, _ meaning: String) {
    self.name = name
    self.meaning = meaning
  }
}

/// Members that several types share, and long lists.
extension EventMember {
  static let grant = [
    EventMember(
      "via",
      "what granted access: `rules`, `grant`, `credential`, `override`; or `leaving`: nothing"
        + " does, and the way only leads out"),
    EventMember(
      "leavesDespite",
      "if somebody leaves whom the rules would have kept out: the reason of that denial"),
    EventMember(
      "companion",
      "if two entered together: the one who badged first; a candidate for a check-in too"),
    EventMember(
      "plan", "if a plan is practised that would have kept this person out: its id"),
    EventMember("drill", "if `plan` is practised: `true`"),
    EventMember("companionCredential", "if the companion had one: the credential"),
    EventMember("pinCredential", "if a PIN followed a card: the PIN's credential"),
    EventMember("host", "if the person must be escorted: the host, who entered just before"),
    EventMember(
      "holdSeconds",
      "if whoever enters needs longer: how long the lock is released, where that is set"),
    EventMember(
      "heldOpenSeconds",
      "if whoever enters needs longer: how long the leaf may stand open, where that is set"),
  ]
  static let attempt = [
    EventMember(
      "presentation", "what was shown: `card`, `pin`, `cardThenPIN`, `mobile` or `unknown`"),
    EventMember("policyRevision", "the configuration that decided"),
    EventMember("command", "if a phone asked: id of the command"),
  ]
  static let unknownCard = [
    EventMember("bits", "if no credential has this card: bits received"),
    EventMember(
      "formats", "if no credential has this card: the formats that fit, with spaces between"),
    EventMember(
      "lastDigits",
      "if no credential has this card, and it cannot be a PIN: last two digits of its number in each"
        + " format"),
    EventMember("digest", "if no credential has this card: its digest, in base64url"),
  ]
  static let area = [
    EventMember("area", "id of the area"),
    EventMember("count", "how many counted as inside"),
  ]
  static let plan = [
    EventMember("plan", "id of the plan"),
    EventMember("drill", "if it is only practised: `true`"),
    EventMember("rank", "if it begins: its rank, 1 to 9"),
  ]
  static let counted = [EventMember("count", "how many were seen")]
  static let key = [
    EventMember("key_id", "id of the credential"),
    EventMember("room_id", "if it is for some doors only: their ids, with commas between"),
    EventMember("reservation_id", "if it has one: the reservation"),
    EventMember("tenant_id", "if it has one: the tenant"),
    EventMember("origin", "if the cloud did not issue it: `handOver` or `offlinePIN`"),
    EventMember("issuer", "if handed over: the issuer"),
    EventMember("certificate", "if handed over: the issuer's certificate"),
  ]
  static let offlinePIN = [
    EventMember("startHour", "if an offline PIN: its first hour, in hours since 1970"),
    EventMember("hours", "if an offline PIN: how many hours it is valid"),
    EventMember("serial", "if an offline PIN: its serial in this window"),
  ]
  static let problems = [EventMember("problems", "each by its path, joined by `; `")]
  static let diskError = [EventMember("cause", "the error of the disk")]
  static let certificate = [
    EventMember("certificate", "which one"), EventMember("days", "whole days that are left"),
    EventMember("endMilliseconds", "its end, in milliseconds since 1970"),
  ]
  static let position = [
    EventMember("epoch", "the log's epoch now"),
    EventMember("acknowledged", "number of the last event that the cloud has"),
  ]
}
