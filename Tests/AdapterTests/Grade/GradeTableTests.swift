import CloudProtocol
import CoreModels
import DoorRules
import Testing

@testable import ConsoleProtocol

@Suite("G9: the table of grades")
struct GradeTableTests {
  /// A door to which nothing is missing that software can tell.
  static let best = GradeFacts(
    door: "front",
    wiring: .init(
      hasContact: true, needsExitRequest: true, heldOpenSeconds: 30, debounceMilliseconds: 20,
      seesLockCurrent: true),
    policy: .init(holdSeconds: 5, modes: [.cardThenPIN], personsRequired: 2),
    readers: [
      .init(
        id: "in", isSecured: true, hasKeypad: true, hasIndication: true, tellsTamper: true,
        isMissed: true)
    ],
    controller: .init(
      hasTamper: true, hasMains: true, hasBattery: true, usesTLS: true, clockIsSynchronised: true,
      persons: 10, pinDigitsMin: 4))

  private static func report(_ change: (inout GradeFacts) -> Void = { _ in }) -> GradeReport {
    var facts = best
    change(&facts)
    return GradeReport(facts)
  }

  private static func missing(_ report: GradeReport) -> Set<String> {
    Set(report.rows.filter { $0.outcome == .notMet }.map(\.id))
  }

  @Test("a door to which nothing is missing has grade 4, and what software cannot tell is said")
  func nothingMissing() {
    let report = Self.report()
    #expect(report.highest == 4 && Self.missing(report).isEmpty)
    let untold = report.rows.filter { $0.outcome == .cannotBeTold }.map(\.id)
    #expect(
      Set(untold) == [
        "body", "printed", "copies", "technicians", "keySounds", "standby", "environment",
      ])
  }

  /// One thing is taken from the best door: the rows that are not met then, and the highest grade.
  struct Lack: Sendable, CustomTestStringConvertible {
    var name: String
    var rows: Set<String>
    var highest: Int
    var take: @Sendable (inout GradeFacts) -> Void
    var testDescription: String { name }
  }

  static let lacks: [Lack] = [
    Lack(name: "no contact", rows: ["status", "forced", "heldOpen", "notOpened"], highest: 1) {
      $0.wiring.hasContact = false
    },
    Lack(name: "a handle opens", rows: ["forced"], highest: 1) {
      $0.wiring.needsExitRequest = false
    },
    Lack(name: "slow inputs", rows: ["shortInputs"], highest: 1) {
      $0.wiring.debounceMilliseconds = 401
    },
    Lack(name: "lock unseen", rows: ["lock"], highest: 4) { $0.wiring.seesLockCurrent = false },
    Lack(name: "not configured", rows: ["releaseTime", "validity", "twoFactors"], highest: 0) {
      $0.policy = nil
    },
    Lack(name: "card alone at some hour", rows: ["twoFactors"], highest: 2) {
      $0.policy?.modes.insert(.cardOnly)
    },
    Lack(name: "no keypad", rows: ["twoFactors", "duress"], highest: 2) {
      $0.readers[0].hasKeypad = false
    },
    Lack(name: "too few codes", rows: ["codes", "twoFactors"], highest: 0) {
      $0.policy?.modes = [.cardOrPIN]
      $0.controller.persons = 11
    },
    Lack(name: "enough codes", rows: ["twoFactors"], highest: 2) {
      $0.policy?.modes = [.pinOnly]
      $0.controller.persons = 1_000
      $0.controller.pinDigitsMin = 6
    },
    Lack(name: "dumb reader", rows: ["indication"], highest: 0) {
      $0.readers[0].hasIndication = false
    },
    Lack(name: "data lines", rows: ["readerEncrypted"], highest: 3) {
      $0.readers[0].isSecured = false
    },
    Lack(
      name: "a second reader that nobody misses", rows: ["readerLost", "readerCase"], highest: 4
    ) {
      var second = $0.readers[0]
      second.id = "out"
      second.isMissed = false
      second.tellsTamper = false
      $0.readers.append(second)
    },
    Lack(name: "open broker", rows: ["publicNetwork"], highest: 2) {
      $0.controller.usesTLS = false
    },
    Lack(name: "no cloud", rows: [], highest: 4) { $0.controller.usesTLS = nil },
    Lack(name: "clock", rows: ["clock", "clockDaily"], highest: 1) {
      $0.controller.clockIsSynchronised = false
    },
    Lack(name: "no box switch", rows: ["box"], highest: 4) { $0.controller.hasTamper = false },
    Lack(name: "no mains", rows: ["mains"], highest: 4) { $0.controller.hasMains = false },
    Lack(name: "no battery", rows: ["battery"], highest: 4) { $0.controller.hasBattery = false },
  ]

  @Test("what is taken away is not met, with what to set, and nothing else", arguments: lacks)
  func lack(_ lack: Lack) {
    let report = Self.report(lack.take)
    #expect(Self.missing(report) == lack.rows)
    #expect(report.highest == lack.highest)
    for row in report.rows {
      #expect((row.set != nil) == (row.outcome == .notMet), "\(row.id)")
      #expect(!row.why.isEmpty && row.set?.isEmpty != true, "\(row.id)")
    }
  }

  @Test("each row that can be missing is missing in some case above; rows have names of their own")
  func covered() {
    let names = GradeTable.rows.map(\.id)
    #expect(Set(names).count == names.count)
    let seen = Self.lacks.reduce(into: Set<String>()) { $0.formUnion($1.rows) }
    // Those that hold for every door, or for none that software can see.
    let always: Set = [
      "twoPersons", "whatWhereWhen", "denialCause", "configurationMode", "expired", "wrongCode",
      "kept24", "kept120", "identity", "wholeCard", "attempts", "times", "body", "printed",
      "copies", "override", "lossReleasesNothing", "alone", "readerLine", "presets",
      "technicians", "keySounds", "rulesUnseen", "environment", "standby",
    ]
    #expect(seen.union(always) == Set(names) && seen.isDisjoint(with: always))
    #expect(GradeTable.rows.allSatisfy { $0.from.map(GradeReport.grades.contains) ?? true })
    // What only a table of contents tells has no grade.
    #expect(GradeTable.rows.allSatisfy { $0.source != .contents || $0.from == nil })
  }

  @Test(
    "a grade is reached only if all below it are; a wanted one shows its rows and those without")
  func grades() {
    var facts = Self.best
    facts.readers[0].isSecured = false
    facts.wiring.hasContact = false
    let report = GradeReport(facts)
    #expect(report.highest == 1)
    let shown = report.rows(upTo: 2)
    #expect(shown.contains { $0.id == "status" } && !shown.contains { $0.id == "heldOpen" })
    #expect(shown.contains { $0.id == "mains" } && !shown.contains { $0.id == "readerEncrypted" })
    #expect(report.rows(upTo: 4).count == report.rows.count)
  }

  @Test(
    "the events, alarms and denials that a grade asks for are in the registries, and each is named")
  func events() {
    let events = Set(GradeTable.rows.flatMap(\.events))
    let asked: Set<EventType> = [
      .accessGrantedNotOpened, .accessDenied, .accessGranted, .alarmRaised, .alarmCleared,
      .alarmDuress, .adminSessionBegan, .adminSessionEnded, .configApplied, .cloudConnected,
      .cloudDisconnected, .readerLockedOut, .accessAdminUnlock, .doorModeChanged,
    ]
    #expect(events.isSuperset(of: asked))
    for type in events { #expect(EventType(anyName: type.name) == type) }
    let alarms = Set(GradeTable.rows.flatMap(\.alarms))
    #expect(
      alarms.isSuperset(of: [
        .mainsLost, .batteryLow, .tamper, .readerTamper, .readerGone, .forcedOpen, .heldOpen,
        .lockCurrentMissing,
      ]))
    for row in GradeTable.rows where !row.alarms.isEmpty {
      #expect(row.events.contains(.alarmRaised) || !row.events.isEmpty, "\(row.id)")
    }
    let denials = Set(GradeTable.rows.flatMap(\.denials))
    #expect(denials.isSuperset(of: [.expired, .pinMismatch, .lockedOut, .secondPersonRequired]))
  }

  @Test("deploy/grade.md has every row of the table, and every source")
  func page() throws {
    func cell(_ text: String) -> String { text.isEmpty ? "–" : text }
    let rows = GradeTable.rows.map { row in
      let recorded =
        row.events.map { "`\($0.name)`" } + row.alarms.map { "`\($0.rawValue)`" }
        + row.denials.map { "`\($0.rawValue)`" }
      return
        "| \(row.group.title) | `\(row.id)` | \(row.asks) | \(row.from.map(String.init) ?? "?") | "
        + "\(cell(recorded.joined(separator: " "))) | \(row.source.rawValue) |"
    }
    try PrintedTable(
      in: "deploy/grade.md", named: "grades",
      lines: [
        "| subject | row | asks for | from grade | recorded by | read in |",
        "|---|---|---|---|---|---|",
      ] + rows
    ).check()
    try PrintedTable(
      in: "deploy/grade.md", named: "sources",
      lines: GradeSource.allCases.map { "- `\($0.rawValue)`: \($0.title): <\($0.address)>" }
    ).check()
  }
}
