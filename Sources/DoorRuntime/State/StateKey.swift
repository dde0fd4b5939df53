import DoorPorts
import DoorRules

/// Everything that survives a restart in the state store, and the only place that names its keys.
/// The names and the formats beside them are on the disks of doors in the field: a new format needs
/// a new key, or a reader that still takes the old one.
enum StateKey: Sendable, Hashable {
  /// The latest civil time that was known: ``ClockWatermark``.
  case clockWatermark
  /// How often in a row the controller started without having been stopped: ``RunCount``.
  case runs
  /// The same, on the steady clock, and who vouched for it: ``KeptClock``.
  case clockOwn
  /// The last contact with the cloud: ``CloudContact``.
  case cloudContact
  /// Keys that the cloud added or withdrew: ``TrustedKeys``.
  case cloudKeys
  /// Which warnings of certificates were given: `ExpiryWatch`.
  case certificateWarnings
  /// Uses and revocations of offline PINs: ``OfflinePINBook``.
  case offlinePINs
  /// How often a credential was used: ``CredentialUses``.
  case use(CredentialID)
  /// When a credential was last used that may not stay unused: ``KeptInstant``.
  case lastUse(CredentialID)
  /// A reader's lockout: ``KeptLockout``.
  case lockout(ReaderID)
  /// The lockouts of all cards: ``KeptLockout``.
  case cardLockouts
  /// The newest revisions that were ever in force: ``KnownRevisions``.
  case revisions
  /// The rules of the time zone in force: ``KeptZone``.
  case zone
  /// When the first person of an unlock window came: ``KeptInstant``.
  case firstPerson(DoorID)
  /// In which areas a person was last seen: ``PresenceBook``.
  case presence(PersonID)
  /// Since when everybody counts as outside: ``KeptInstant``.
  case forgiven
  /// Since when whoever was seen in an area counts as outside, by area: ``PresenceBook``.
  case areaResets
  /// The last fire alarm, for the report about who got out: ``KeptFire``.
  case fire
  /// The plans in force: ``KeptPlans``.
  case plans
  /// The modes that were ordered at a door: ``KeptModes``.
  case modes(DoorID)
  /// Of which moment the state is that is kept twice: ``TwiceKept/Mark``.
  case twice

  /// The key in the store. Each state has one of its own: an id comes last, after a prefix that no
  /// other key begins with, and in it every byte that is no letter, digit, `.`, `_` or `-` is
  /// written as `%` and two hexadecimal digits. A reader that is called `cards` is escaped too.
  var name: String {
    switch self {
    case .clockWatermark: "clock.watermark"
    case .runs: "runs"
    case .clockOwn: "clock.own"
    case .cloudContact: "cloud.heard"
    case .cloudKeys: "cloud.keys"
    case .certificateWarnings: "expiry"
    case .offlinePINs: "offlinePIN"
    case .use(let credential): "use.\(Self.escaped(credential.rawValue))"
    case .lastUse(let credential): "lastUse.\(Self.escaped(credential.rawValue))"
    case .lockout(let reader): reader.rawValue == "cards" ? "lockout.%63ards" : "lockout.\(reader)"
    case .cardLockouts: "lockout.cards"
    case .revisions: "revisions"
    case .zone: "zone"
    case .firstPerson(let door): "firstPerson.\(door)"
    case .presence(let person): Self.presencePrefix + Self.escaped(person.rawValue)
    case .forgiven: "presence.forgiven"
    case .areaResets: "presence.resets"
    case .fire: "fire"
    case .plans: "plans"
    case .modes(let door): "modes.\(door)"
    case .twice: "twice"
    }
  }

  /// Whether the value is kept in `cache.sqlite` as well, since it must not end because `events.sqlite`
  /// is lost. That is what a person set, or a guesser earned, and nobody would set again.
  var isKeptTwice: Bool {
    switch self {
    // A lockdown, or a door that is to stay closed or open.
    case .modes: true
    // A lockdown of the building, or its rehearsal.
    case .plans: true
    // Codes that were revoked, and those that were used up.
    case .offlinePINs: true
    // A key of the cloud that was withdrawn would be believed again; one that was added, no longer.
    case .cloudKeys: true
    // Whoever guessed would have all tries again.
    case .lockout, .cardLockouts: true
    // Both are of the cache itself, and kept beside the events in case that one is lost.
    case .revisions, .zone: false
    // Written with each entry, and the cloud has the events: a second write would wear the disk. Without
    // them a card may open once more that opens so many times, and everybody counts as outside.
    case .use, .lastUse, .presence, .forgiven, .areaResets: false
    // Without them the door is the more careful: it trusts no clock, and waits for a first person.
    case .clockWatermark, .clockOwn, .cloudContact, .firstPerson: false
    // They are for a report.
    case .runs, .fire, .certificateWarnings: false
    // Each copy has its own.
    case .twice: false
    }
  }

  /// What the names of the keys that are kept twice begin with, and no other name.
  static let prefixesKeptTwice = ["modes.", "plans", "offlinePIN", "cloud.keys", "lockout."]

  /// ``isKeptTwice`` by a key's name.
  static func isKeptTwice(_ name: String) -> Bool {
    prefixesKeptTwice.contains { name.hasPrefix($0) }
  }

  /// What every ``presence(_:)`` begins with, and nothing else.
  static let presencePrefix = "presence.of."

  /// Whose presence a key of the store names; nil for any other key.
  static func personOfPresence(key: String) -> PersonID? {
    guard key.hasPrefix(presencePrefix) else { return nil }
    return unescaped(key.dropFirst(presencePrefix.count)).flatMap { PersonID($0) }
  }

  /// Nil for anything that ``escaped(_:)`` did not make.
  private static func unescaped(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let digits = String(rest.prefix(2)), let value = UInt8(digits, radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// An id of the older, narrow form stays as it is.
  private static func escaped(_ id: String) -> String {
    var text = ""
    for byte in id.utf8 {
      let scalar = Unicode.Scalar(byte)
      if DoorID(String(scalar)) != nil {
        text.unicodeScalars.append(scalar)
      } else {
        text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text
  }
}

extension StateStore {
  /// What an earlier run persisted under `key`; nil for nothing.
  func value(of key: StateKey) throws(PortError) -> [UInt8]? { try value(forKey: key.name) }
}

/// Values to persist together, in one commit.
package struct StateWrite: Sendable {
  /// What the values are, for the log when the disk refuses them.
  var what: String
  /// nil removes a value.
  var values: [String: [UInt8]?]

  init(what: String, values: [String: [UInt8]?]) {
    self.what = what
    self.values = values
  }

  init(_ what: String, _ values: [StateKey: [UInt8]?]) {
    self.what = what
    self.values = Dictionary(uniqueKeysWithValues: values.map { ($0.key.name, $0.value) })
  }

  init(_ what: String, _ key: StateKey, _ value: [UInt8]?) {
    self.what = what
    values = [key.name: value]
  }

  mutating func add(_ key: StateKey, _ value: [UInt8]?) {
    values.updateValue(value, forKey: key.name)
  }
}

/// A point of civil time as persisted: milliseconds since 1970 in decimal.
enum KeptInstant {
  static func bytes(of instant: WallInstant) -> [UInt8] {
    Array(String(instant.millisecondsSince1970).utf8)
  }

  /// Nil for anything that ``bytes(of:)`` did not make.
  static func instant(_ bytes: [UInt8]) -> WallInstant? {
    Int64(String(decoding: bytes, as: UTF8.self)).map(WallInstant.init(millisecondsSince1970:))
  }
}

/// The clock's watermark as persisted: milliseconds since 1970, eight bytes, lowest first.
enum ClockWatermark {
  static func bytes(of instant: WallInstant) -> [UInt8] {
    withUnsafeBytes(of: instant.millisecondsSince1970.littleEndian) { Array($0) }
  }

  /// Nil for anything that ``bytes(of:)`` did not make.
  static func instant(_ bytes: [UInt8]) -> WallInstant? {
    guard bytes.count == 8 else { return nil }
    let value = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return WallInstant(millisecondsSince1970: Int64(bitPattern: value))
  }
}
