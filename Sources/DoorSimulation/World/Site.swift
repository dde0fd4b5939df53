import DoorRules

/// The doors and people of the story, and what is true of the doors now.
final class Site {
  let plan: StorySite
  let doors: [DoorID]
  let readers: [ReaderID]
  let people: [String]
  /// Of the site's time zone, whatever the program makes of it.
  let rules: ZoneRules

  var leafIsOpen: [Bool]
  var lockIsReleased: [Bool]
  /// Nobody comes to a door before that.
  var busyUntil: [Int64]
  /// A reader detects nothing useful before that.
  var noisyUntil: [Int64]
  /// How often somebody presented something.
  var shownNumber = 0
  var causes: ReleaseCauses

  init(plan: StorySite, rules: ZoneRules) {
    self.plan = plan
    self.rules = rules
    let count = plan.doors.count
    doors = (0..<count).map { DoorID("door-\($0)")! }
    readers = (0..<count).map { ReaderID("door-\($0)-in")! }
    people = plan.people.indices.map { "person-\($0)" }
    leafIsOpen = Array(repeating: false, count: count)
    lockIsReleased = plan.doors.map(\.isFailSafe)
    busyUntil = Array(repeating: 0, count: count)
    noisyUntil = Array(repeating: 0, count: count)
    causes = ReleaseCauses(doors: count)
  }

  /// The doors of the scope `wing`: the first half.
  var wing: [String] { (0..<(doors.count + 1) / 2).map { "door-\($0)" } }
}

/// Why a lock may be released, and until when: what the world knows, not what the program reports.
struct ReleaseCauses {
  /// Time for the disk, the debouncing and the deadlines.
  static let slackMicroseconds: Int64 = 2_000_000

  /// A release may begin until then, by door.
  private(set) var mayBegin: [Int64]
  /// It must have ended by then.
  var mustEnd: [Int64]
  /// When the lock was last seen released.
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
