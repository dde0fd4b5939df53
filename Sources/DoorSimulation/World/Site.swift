import CloudProtocol
import DoorRules
import WiegandCodec

/// The doors and people of the story, and the present state of the doors.
final class Site {
  /// Of the readers: the usual ones, and one with an issue number.
  static let formats = FormatTable(
    formats: FormatTable.default.formats
      + [FormatTable.standard.format(named: "S12906")].compactMap { $0 })

  let plan: StorySite
  let doors: [DoorID]
  let readers: [ReaderID]
  let people: [String]

  var leafIsOpen: [Bool]
  var lockIsReleased: [Bool]
  /// By door: nobody else uses it before this time.
  var busyUntil: [Int64]
  /// By door: noise, or a trouble of its line, disturbs the reader until this time.
  var noisyUntil: [Int64]
  /// Number of cards and PINs presented so far.
  var shownNumber = 0
  /// By person: the issue of the card that was given out last.
  var issues: [UInt64]
  var causes: ReleaseCauses

  init(plan: StorySite) {
    self.plan = plan
    let count = plan.doors.count
    doors = (0..<count).map { DoorID("door-\($0)")! }
    readers = (0..<count).map { ReaderID("door-\($0)-in")! }
    people = plan.people.indices.map { "person-\($0)" }
    leafIsOpen = Array(repeating: false, count: count)
    lockIsReleased = plan.doors.map(\.isFailSafe)
    busyUntil = Array(repeating: 0, count: count)
    noisyUntil = Array(repeating: 0, count: count)
    issues = Array(repeating: 1, count: people.count)
    causes = ReleaseCauses(doors: count)
  }

  /// The card of a person; with another issue than the present one where the cards have issues.
  func card(of person: Int, issue: UInt64? = nil) -> CardCandidate {
    let known = plan.people[person]
    guard known.hasIssues == true else {
      return CardCandidate(format: "H10302", facility: nil, card: known.card)
    }
    return CardCandidate(
      format: "S12906", facility: 7, card: known.card, issue: issue ?? issues[person])
  }

  /// Whether contact, exit input and relay of a door are at its reader.
  func hasLinesAtReader(_ door: Int) -> Bool { plan.doors[door].linesAtReader == true }

  /// True for an event of a door whose reader only leads out: nobody comes in there.
  func isWayOut(_ draft: EventDraft) -> Bool {
    guard let door = draft.door.flatMap(DoorID.init).flatMap(doors.firstIndex(of:)) else {
      return false
    }
    return plan.doors[door].leadsOut == true
  }

  /// The doors of the scope `wing`: the first half.
  var wing: [String] { (0..<(doors.count + 1) / 2).map { "door-\($0)" } }
}

/// Until when each lock may be released. This is what the world knows, not what the program reports.
struct ReleaseCauses {
  /// Allows for the commit, debouncing and deadlines.
  static let slackMicroseconds: Int64 = 2_000_000

  /// By door: a release may begin until this time.
  private(set) var mayBegin: [Int64]
  /// By door: a release must have ended by this time.
  var mustEnd: [Int64]
  /// By door: when the lock was last seen released.
  var lastReleased: [Int64]

  init(doors: Int) {
    mayBegin = Array(repeating: -1, count: doors)
    mustEnd = Array(repeating: -1, count: doors)
    lastReleased = Array(repeating: -1, count: doors)
  }

  mutating func mayRelease(_ door: Int, forSeconds seconds: Int, at now: Int64) {
    let begins = now + Self.slackMicroseconds
    mayBegin[door] = max(mayBegin[door], begins)
    mustEnd[door] = max(mustEnd[door], begins + Int64(seconds) * 1_000_000)
  }
}
