import CloudProtocol
import Crypto
import DoorRules
import Foundation

/// What the door remembers of offline PINs: how often each opened, and which were withdrawn here.
struct OfflinePINBook: Sendable {
  /// The most codes remembered; of more the ones that end first are forgotten, withdrawn ones last.
  static let entriesMax = 2_048
  /// The most codes found by a look-up that may still be answered; of more the oldest is
  /// forgotten.
  static let shownMax = 64
  /// How long a code is remembered after its end, for a clock that is set back: one day.
  private static let keptSeconds: Int64 = 86_400
  /// More uses than this are read as so many, so that one more can be counted.
  private static let usesReadMost = 1_000_000_000

  /// One code of one door.
  struct Key: Sendable, Hashable {
    var door: DoorID
    var window: OfflinePINWindow
  }

  struct Entry: Sendable, Hashable {
    var uses = 0
    var isRevoked = false
  }

  private(set) var entries: [Key: Entry] = [:]
  private var shown = LatestValues<CredentialID, Key>(most: shownMax)

  init() {}

  /// Nil for anything that ``bytes`` did not make: then no offline PIN opens.
  init?(bytes: [UInt8]) {
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 6, let door = DoorID(words[0]), let start = Int64(words[1]),
        let hours = Int(words[2]), let serial = Int(words[3]), let uses = Int(words[4]),
        ["live", "revoked"].contains(words[5]),
        let window = try? OfflinePINWindow(startHour: start, hours: hours, serial: serial)
      else { return nil }
      entries[Key(door: door, window: window)] = Entry(
        uses: min(max(uses, 0), Self.usesReadMost), isRevoked: words[5] == "revoked")
    }
  }

  var bytes: [UInt8] {
    let lines = entries.map { key, entry in
      "\(key.door) \(key.window.startHour) \(key.window.hours) \(key.window.serial) "
        + "\(entry.uses) \(entry.isRevoked ? "revoked" : "live")"
    }
    return Array(lines.sorted().joined(separator: "\n").utf8)
  }

  /// The code as a credential for its door and its window. It gets a person of its own, since the
  /// controller cannot know who was given the code.
  mutating func holder(of key: Key) -> CredentialHolder? {
    guard let id = CredentialID(Self.name(of: key)), let person = PersonID(id.rawValue) else {
      return nil
    }
    shown.note(key, for: id)
    let entry = entries[key] ?? Entry()
    let credential = Credential(
      id: id, kind: .pin, person: person, status: entry.isRevoked ? .revoked : .active,
      validFrom: key.window.validFrom, validUntil: key.window.validUntil, doors: [key.door],
      className: CredentialClass.offlineName, usesMax: key.window.isOnce ? 1 : nil)
    return CredentialHolder(
      credential: credential, person: Person(id: person, accessEnabled: true),
      use: CredentialUse(count: entry.uses))
  }

  /// A code that ``holder(of:)`` gave a moment ago, by its credential's id.
  mutating func holder(ofShown id: CredentialID) -> CredentialHolder? {
    shown[id].flatMap { holder(of: $0) }
  }

  /// Unique at its controller, and short enough for an identifier whatever the door is called.
  static func name(of key: Key) -> String {
    let window = "opin.\(key.window.startHour).\(key.window.hours).\(key.window.serial)."
    let door = key.door.rawValue
    if window.utf8.count + door.utf8.count <= CredentialID.maximumLength { return window + door }
    let hash = SHA256.hash(data: Data(door.utf8)).prefix(16)
    return window + Hex.encode(hash)
  }

  /// Counts an entry. Nil for a credential that is no offline PIN; true with its first entry.
  mutating func noteUse(of id: CredentialID, at now: WallInstant) -> (key: Key, isFirst: Bool)? {
    guard let key = shown.remove(id) else { return nil }
    let uses = entries[key]?.uses ?? 0
    entries[key, default: Entry()].uses = uses + 1
    prune(at: now)
    return (key, uses == 0)
  }

  mutating func revoke(_ key: Key, at now: WallInstant) {
    entries[key, default: Entry()].isRevoked = true
    prune(at: now)
  }

  private mutating func prune(at now: WallInstant) {
    entries = entries.filter {
      now < $0.key.window.validUntil.advanced(bySeconds: Self.keptSeconds)
    }
    guard entries.count > Self.entriesMax else { return }
    let order = entries.sorted {
      ($0.value.isRevoked ? 1 : 0, $0.key.window.validUntil)
        < ($1.value.isRevoked ? 1 : 0, $1.key.window.validUntil)
    }
    for (key, _) in order.prefix(entries.count - Self.entriesMax) { entries[key] = nil }
  }
}
