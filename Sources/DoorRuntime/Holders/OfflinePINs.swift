import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Codes that the door computes for itself, so that a guest gets in with no message at all.
struct OfflinePINs {
  /// How a PIN's canonical text begins.
  private static let pinPrefix = "pin:"

  private let keys: OfflinePINKeys?
  /// Nil until the state store could be read.
  private var book: OfflinePINBook?

  /// Without `keys` there are no offline PINs.
  init(keys: OfflinePINKeys?) { self.keys = keys }

  /// Adds the offline PINs that were shown, unless an ordinary credential counts now. They do not
  /// depend on the cache, so they open while it cannot be read.
  mutating func add(
    to found: [CredentialHolder]?, for question: LookUp, in state: any StateStore, at now: Moment,
    _ wishes: inout [Wish]
  ) -> [CredentialHolder]? {
    guard let keys, let door = question.door,
      !(found ?? []).contains(where: { Self.counts($0, at: now.wall) })
    else { return found }
    var offline: [CredentialHolder] = []
    for canonical in question.canonicals where canonical.reveal().hasPrefix(Self.pinPrefix) {
      let code = Secret(String(canonical.reveal().dropFirst(Self.pinPrefix.count)))
      let windows = keys.windows(of: code, at: door, now: now.wall)
      guard !windows.isEmpty, load(from: state, &wishes) else { continue }
      for window in windows {
        let key = OfflinePINBook.Key(door: door, window: window)
        if let holder = book?.holder(of: key) { offline.append(holder) }
      }
    }
    return offline.isEmpty ? found : (found ?? []) + offline
  }

  private static func counts(_ holder: CredentialHolder, at now: WallInstant) -> Bool {
    guard let credential = holder.credential, credential.status == .active else { return false }
    return (credential.validFrom.map { $0 <= now } ?? true)
      && (credential.validUntil.map { now < $0 } ?? true)
  }

  /// False while it is not known which codes were withdrawn: then none opens.
  private mutating func load(from state: any StateStore, _ wishes: inout [Wish]) -> Bool {
    if book != nil { return true }
    do throws(PortError) {
      book = try state.value(of: .offlinePINs).map(OfflinePINBook.init(bytes:)) ?? OfflinePINBook()
    } catch {
      wishes.append(.log(.error, "offline PINs are not served: \(error)"))
      return false
    }
    if book == nil {
      wishes.append(
        .log(.error, "offline PINs are not served: what is kept of them cannot be read"))
    }
    return book != nil
  }

  /// Counts an entry by an offline PIN; its first one is when the door learns of the code.
  mutating func noteUse(of credential: CredentialID, at now: Moment) -> [Wish] {
    guard let (key, isFirst) = book?.noteUse(of: credential, at: now.wall) else { return [] }
    return [persist()] + (isFirst ? [.record(record(.lockKeyIssued, key))] : [])
  }

  /// Withdraws one code at its door. Throws when offline PINs are not served.
  mutating func revoke(
    _ key: OfflinePINBook.Key, by: String, hasDoor: Bool, in state: any StateStore, at now: Moment
  ) throws(PortError) -> [Wish] {
    let operation = "withdraw an offline PIN"
    guard keys != nil else {
      throw PortError(
        .invalid, operation: operation,
        detail: "this controller has no keys for offline PINs (credentials.offlinePINKeyFile)")
    }
    guard hasDoor else {
      throw PortError(
        .invalid, operation: operation, detail: "this controller has no door \(key.door)")
    }
    var wishes: [Wish] = []
    guard load(from: state, &wishes) else {
      throw PortError(.unavailable, operation: operation, detail: "the state cannot be read")
    }
    book?.revoke(key, at: now.wall)
    var record = record(.lockKeyRevoked, key)
    record.detail["by"] = by
    return wishes + [persist(), .record(record)]
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
