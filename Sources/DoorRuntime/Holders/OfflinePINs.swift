import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Codes that the door computes for itself, so that a guest gets in with no message at all.
struct OfflinePINs {
  /// How a PIN's canonical text begins.
  private static let pinPrefix = "pin:"

  private let isServed: Bool
  /// Nil until it could be read which codes were used and withdrawn: until then none opens.
  private var book: OfflinePINBook?

  /// Without keys there are no offline PINs.
  init(isServed: Bool) { self.isServed = isServed }

  var needsReading: Bool { isServed && book == nil }

  /// It was read. What is here already is newer.
  mutating func adopt(_ read: OfflinePINBook) { if book == nil { book = read } }

  /// The code of a PIN's canonical text; nil for another kind.
  static func code(in canonical: Secret<String>) -> Secret<String>? {
    guard canonical.reveal().hasPrefix(pinPrefix) else { return nil }
    return Secret(String(canonical.reveal().dropFirst(pinPrefix.count)))
  }

  /// An ordinary credential that counts now leaves no room for an offline PIN.
  static func counts(_ holder: CredentialHolder, at now: WallInstant) -> Bool {
    guard holder.person.isKnown, let credential = holder.credential, credential.status == .active
    else { return false }
    return (credential.validFrom.map { $0 <= now } ?? true)
      && (credential.validUntil.map { now < $0 } ?? true)
  }

  /// The offline PINs of these windows at a door. They do not depend on the cache, so they open
  /// while it cannot be read.
  mutating func holders(of windows: [OfflinePINWindow], at door: DoorID) -> [CredentialHolder] {
    windows.compactMap { book?.holder(of: OfflinePINBook.Key(door: door, window: $0)) }
  }

  /// A code that was shown a moment ago, as it counts now.
  mutating func holder(of credential: CredentialID) -> CredentialHolder? {
    book?.holder(ofShown: credential)
  }

  /// Counts an entry by an offline PIN: the book to persist. Its first one is when the door learns
  /// of the code.
  mutating func noteUse(
    of credential: CredentialID, at now: Moment
  ) -> (bytes: [UInt8], wishes: [Wish])? {
    guard let (key, isFirst) = book?.noteUse(of: credential, at: now.wall) else { return nil }
    return (book?.bytes ?? [], isFirst ? [.record(record(.lockKeyIssued, key))] : [])
  }

  /// Withdraws one code at its door. Throws when offline PINs are not served.
  mutating func revoke(
    _ key: OfflinePINBook.Key, by: String, hasDoor: Bool, at now: Moment
  ) throws(PortError) -> [Wish] {
    let operation = "withdraw an offline PIN"
    guard isServed else {
      throw PortError(
        .invalid, operation: operation,
        detail: "this controller has no keys for offline PINs (credentials.offlinePINKeyFile)")
    }
    guard hasDoor else {
      throw PortError(
        .invalid, operation: operation, detail: "this controller has no door \(key.door)")
    }
    guard book != nil else {
      throw PortError(
        .unavailable, operation: operation,
        detail: "the state was not read yet; try again, and see postern status")
    }
    book?.revoke(key, at: now.wall)
    var record = record(.lockKeyRevoked, key)
    record.detail["by"] = by
    return [persist(), .record(record)]
  }

  private func persist() -> Wish {
    .persist(StateWrite("the uses of offline PINs", .offlinePINs, book?.bytes ?? []))
  }

  private func record(_ type: EventType, _ key: OfflinePINBook.Key) -> EventRecord {
    let name = OfflinePINBook.name(of: key)
    return EventRecord(
      type, door: key.door, person: name, credential: CredentialID(name),
      detail: [
        "key_id": name, "room_id": key.door.rawValue, "origin": "offlinePIN",
        "startHour": String(key.window.startHour), "hours": String(key.window.hours),
        "serial": String(key.window.serial),
      ])
  }
}
