import CloudProtocol
import DoorRules

/// The truth that checkers compare the program with: every revision that the cloud published, every
/// ordered mode, whose card is whose. It never uses the program's own rules.
struct Knowledge {
  /// Every version of each person and credential, ordered by revision.
  private var people: [String: [(revision: UInt64, record: PersonRecord)]] = [:]
  private var credentials: [String: [(revision: UInt64, record: CredentialRecord)]] = [:]
  /// Ids of credentials by canonical text.
  private var byCanonical: [String: [String]] = [:]

  /// Credentials whose revocation the door has answered.
  private(set) var revoked: Set<String> = []

  private var orders: [ModeOrdered] = []
  private var fires: [(from: Int64, to: Int64?)] = []
  /// When the alarm of the site's automation sounded.
  private var alarms: [(from: Int64, to: Int64)] = []
  /// When mains was lost.
  var supply = SupplyKnowledge()
  /// Who ordered the site's plan, and when.
  var plan = PlanKnowledge()
  /// Wrong PINs at each keypad since the last right one.
  private var wrongPINs: [Int]
  /// What the cloud signed, and what of it reached the program.
  var words = SignedWords()
  /// Who presented a card again, to leave a door unlocked.
  var askedAgain = AskedAgain()

  /// Somebody ordered a mode.
  struct ModeOrdered {
    var word: String
    var door: Int
    var from: Int64
    /// The latest time at which it may take effect.
    var latest: Int64
    var seconds: Int
  }

  init(doors: Int) { wrongPINs = Array(repeating: 0, count: doors) }

  mutating func note(_ record: PersonRecord, revision: UInt64) {
    people[record.id, default: []].append((revision, record))
  }

  mutating func note(_ record: CredentialRecord, canonical: String, revision: UInt64) {
    if credentials[record.id] == nil { byCanonical[canonical, default: []].append(record.id) }
    credentials[record.id, default: []].append((revision, record))
  }

  mutating func answeredRevocation(of ids: [String]) { revoked.formUnion(ids) }

  /// The person as of a revision.
  func person(_ id: String, at revision: UInt64) -> PersonRecord? {
    people[id]?.last { $0.revision <= revision }?.record
  }

  /// Whether the door may know nothing of a person whom the cloud has sent: it refuses the record that
  /// switched the person off, and after a loss of its cache it has no earlier one.
  func mayBeUnknown(_ person: String) -> Bool {
    (people[person] ?? []).contains { !$0.record.accessEnabled }
  }

  /// Whether the door may have a credential with this text without its person: the record came later,
  /// or never, or the door refused the one that switched the person off and had none before.
  func mayLackItsPerson(_ canonical: String) -> Bool {
    (byCanonical[canonical] ?? []).contains { id in
      guard let first = credentials[id]?.first else { return false }
      let person = first.record.person
      guard let known = people[person]?.first else { return true }
      return known.revision > first.revision || mayBeUnknown(person)
    }
  }

  /// The credentials with this canonical text as of a revision; `mayBeRevoked`: revoked later.
  func credentials(
    for canonical: String, at revision: UInt64
  ) -> [(record: CredentialRecord, mayBeRevoked: Bool)] {
    (byCanonical[canonical] ?? []).compactMap { id in
      guard let history = credentials[id],
        let known = history.last(where: { $0.revision <= revision })
      else { return nil }
      return (
        known.record,
        history.contains { $0.revision > revision && $0.record.status != "active" }
      )
    }
  }

  /// A credential as of a revision.
  func credential(_ id: String, at revision: UInt64) -> CredentialRecord? {
    credentials[id]?.last { $0.revision <= revision }?.record
  }

  /// How often a credential may open; nil without a limit.
  func usesMax(of id: String) -> Int? { credentials[id]?.last?.record.usesMax }

  // MARK: Orders

  mutating func order(_ word: String, door: Int, seconds: Int, at: Int64, latest: Int64) {
    orders.append(
      ModeOrdered(word: word, door: door, from: at, latest: latest, seconds: seconds))
  }

  /// Whether a mode may hold at a door because somebody ordered it.
  func mayBeOrdered(_ mode: DoorMode, at door: Int, now: Int64, slack: Int64) -> Bool {
    let word: String
    let end: String
    switch mode {
    case .forceOpen: (word, end) = ("force-open", "off")
    case .forceClosed: (word, end) = ("force-closed", "off")
    case .lockdown: (word, end) = ("lockdown", "end-lockdown")
    case .fire, .plan, .scheduledUnlock, .office, .batteryLow, .awaitingFirstPerson, .normal:
      return false
    }
    return orders.indices.contains { index in
      let order = orders[index]
      guard order.door == door, order.word == word, order.from <= now else { return false }
      let over = order.latest + Int64(order.seconds) * 1_000_000 + slack
      guard order.seconds == 0 || now < over else { return false }
      let isEnded = orders[index...].contains {
        $0.door == door && $0.word == end && $0.from > order.latest && $0.from == $0.latest
          && $0.from + 2_000_000 < now
      }
      return !isEnded
    }
  }

  mutating func fireBegan(at now: Int64) { fires.append((now, nil)) }
  mutating func fireEnded(at now: Int64) {
    if let last = fires.indices.last { fires[last].to = now }
  }
  func mayBurn(at now: Int64, slack: Int64) -> Bool {
    fires.contains { $0.from <= now && ($0.to.map { now <= $0 + slack } ?? true) }
  }

  mutating func alarmBegan(at now: Int64, seconds: Int) {
    alarms.append((now, now + Int64(seconds) * 1_000_000))
  }
  /// Whether the automation may act now: the alarm sounds, or did until just now.
  func maySound(at now: Int64) -> Bool {
    alarms.contains { $0.from <= now && now <= $0.to + 1_000_000 }
  }
  /// When the last one ended; nil before the first.
  func lastAlarm(before now: Int64) -> Int64? {
    alarms.lazy.filter { $0.from <= now }.map(\.to).max()
  }

  // MARK: Keypads

  mutating func wrongPIN(_ door: Int) { wrongPINs[door] += 1 }
  mutating func clearedPINs(_ door: Int) { wrongPINs[door] = 0 }
  /// After five wrong PINs the keypad may be locked; for how long is not tracked here.
  func keypadMayBeDeaf(_ door: Int) -> Bool { wrongPINs[door] >= 5 }
}
