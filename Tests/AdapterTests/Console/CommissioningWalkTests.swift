import CloudProtocol
import ConsoleProtocol
import CoreModels
import Foundation
import Testing

@Suite("Commissioning: the walk asks, compares, and leaves the door as it is (A1)")
struct CommissioningWalkTests {
  private typealias Finding = CommissioningReport.Finding

  /// A technician who answers what a table says, and a controller that saw what a table says.
  private struct Technician {
    var failSafe = false
    /// Answers in the order of the questions; then the technician is gone.
    var answers: [String?]
    /// What the controller sees in the second look of each step.
    var events: [CommissioningStep: Set<EventType>] = [
      .exit: [.doorExitRequested], .contact: [.doorOpened, .doorClosed], .reader: [.accessDenied],
    ]
    var look = CommissioningLook(
      isSecured: true, mode: "normal", isOpen: false, isRelayActive: false, needsExitRequest: true,
      hasReader: true, events: [])
    var release = CommissioningWalk.Input.released(seconds: 5, why: "")

    /// Plays the walk to its end; every wish in its order.
    func play() -> [CommissioningWalk.Wish] {
      var walk = CommissioningWalk(door: "front", by: "local:ada", failSafe: failSafe)
      var left = answers[...]
      var heard: [CommissioningWalk.Wish] = []
      var input = CommissioningWalk.Input.begin
      var step: CommissioningStep?
      // A walk that does not end is a failure.
      for _ in 0..<200 {
        let wishes = walk.take(input)
        heard += wishes
        for case .say(let text) in wishes {
          step = CommissioningStep.allCases.first { text.hasSuffix($0.title) } ?? step
        }
        switch wishes.last {
        case .ask: input = .answered(left.popFirst() ?? nil)
        case .look:
          var look = look
          look.events = step.flatMap { events[$0] } ?? []
          input = .looked(look)
        case .release: input = release
        case .file, .say, nil: return heard
        }
      }
      return heard
    }

    var report: CommissioningReport? {
      guard case .file(let report) = play().last else { return nil }
      return report
    }
  }

  /// Every answer of a strike's door that is right.
  private static let right: [String?] = ["yes", "yes", "y", "yes", "yes", "yes", "y", "no", "yes"]

  @Test("a door where everything is as it should be passes, step by step in the list's order")
  func passed() throws {
    let report = try #require(Technician(answers: Self.right).report)
    #expect(report.door == "front" && report.by == "local:ada")
    #expect(report.outcome == .passed)
    #expect(report.findings == CommissioningStep.allCases.map { Finding($0, .asExpected) })
  }

  @Test(
    "the walk orders one release and nothing else, and only after the technician is at the leaf")
  func oneRelease() {
    let heard = Technician(answers: Self.right).play()
    #expect(heard.filter { $0 == .release }.count == 1)
    for answer in ["no", "skip", nil] {
      let heard = Technician(answers: ["yes", answer]).play()
      #expect(!heard.contains(.release))
    }
  }

  @Test(
    "a technician who goes away at any question leaves the rest undone, and it is filed as that")
  func gone() throws {
    for count in 0..<Self.right.count {
      let report = try #require(Technician(answers: Array(Self.right.prefix(count))).report)
      #expect(report.outcome == .unfinished)
      #expect(report.findings.map(\.step) == CommissioningStep.allCases)
      #expect(report.findings.last?.result == .notDone)
    }
  }

  @Test(
    "a magnet wired to NC is found: it does not stay shut, does not open, or holds without power")
  func magnet() throws {
    var magnet = Technician(answers: Self.right)
    magnet.failSafe = true
    magnet.look.isRelayActive = true
    magnet.answers[7] = "yes"
    #expect(magnet.report?.outcome == .passed)
    // On NC, as a drawing once had it.
    magnet.answers[0] = "no"
    magnet.answers[2] = "no"
    let turned = try #require(magnet.report)
    #expect(turned.outcome == .failed)
    #expect(turned.findings.prefix(2).map(\.result) == [.notAsExpected, .notAsExpected])
    #expect(turned.findings[1].note.contains("NO"))
    // A strike in its place stays locked without power.
    magnet.answers[7] = "no"
    #expect(magnet.report?.findings[5].note.contains("failSafe: true") == true)
  }

  @Test("a door that nobody can leave without power fails, whatever else is right")
  func shutIn() throws {
    var technician = Technician(answers: Self.right)
    technician.answers[8] = "no, the handle is fixed"
    let report = try #require(technician.report)
    #expect(report.outcome == .failed)
    #expect(report.findings[5].note == "the handle is fixed; nobody can leave without power")
  }

  @Test(
    "what the controller did not see fails, though the technician saw it",
    arguments: [
      (CommissioningStep.exit, "request to exit"), (.contact, "leaf open"), (.reader, "no card"),
    ])
  func unseen(_ step: CommissioningStep, _ words: String) throws {
    var technician = Technician(answers: Self.right)
    technician.events[step] = []
    let finding = try #require(technician.report?.findings.first { $0.step == step })
    #expect(finding.result == .notAsExpected && finding.note.contains(words), "\(finding)")
  }

  @Test("a handle without a switch needs no request, a door without contact or reader has none")
  func notThere() throws {
    var technician = Technician(answers: Self.right)
    technician.look.needsExitRequest = false
    technician.events[.exit] = []
    #expect(technician.report?.outcome == .passed)
    technician.look.isOpen = nil
    technician.look.hasReader = false
    technician.answers.removeSubrange(5...6)
    technician.answers.remove(at: 4)
    technician.answers.insert("yes", at: 4)
    technician.answers = ["yes", "yes", "y", "yes", "yes", "no", "yes"]
    let report = try #require(technician.report)
    #expect(report.findings.map(\.result)[3...4] == [.notThere, .notThere])
    #expect(report.outcome == .passed)
  }

  @Test("a lock that a mode holds open is not tried, and a relay that does not move fails")
  func heldOpen() throws {
    var technician = Technician(answers: ["yes", "yes", "yes", "no", "yes"])
    technician.look.isSecured = false
    technician.look.mode = "forceOpen"
    let report = try #require(technician.report)
    #expect(report.findings.prefix(2).map(\.result) == [.notDone, .notDone])
    #expect(report.findings[0].note.contains("forceOpen"))
    #expect(!technician.play().contains(.release))
    var stuck = Technician(answers: Self.right)
    stuck.release = .released(seconds: nil, why: "no such chip")
    #expect(stuck.report?.findings[1].note == "the relay did not move: no such chip")
  }

  @Test("an answer that is none is asked for again, three times at most; notes are kept and clean")
  func answers() throws {
    var technician = Technician(answers: ["what", "", "maybe"] + Self.right.dropFirst())
    #expect(technician.report?.findings.first == Finding(.locked, .notDone, note: "not answered"))
    technician.answers = [
      "what", "y the leaf\tdrags\u{1B}[2J " + String(repeating: "x", count: 300),
    ]
    let finding = try #require(technician.report?.findings.first)
    #expect(finding.result == .asExpected)
    #expect(finding.note.hasPrefix("the leaf drags [2J xx"))
    #expect(finding.note.count == CommissioningReport.noteCharactersMax)
    try technician.report?.check()
  }

  @Test("a report with a step twice, a long note or control characters is refused, by path")
  func check() {
    for (findings, path) in [
      ([Finding(.free, .asExpected), Finding(.free, .notDone)], "findings.1.step"),
      ([Finding(.free, .asExpected, note: String(repeating: "x", count: 201))], "findings.0.note"),
      ([Finding(.free, .asExpected, note: "a\nb")], "findings.0.note"),
    ] {
      let error = #expect(throws: ValidationFailure.self) {
        try CommissioningReport(door: "front", by: "ada", findings: findings).check()
      }
      #expect(error.map { "\($0)".contains(path) } == true, "\(error as Any)")
    }
  }

  @Test("the hand-over list of deploy/wiring.md has every step, in its order and words")
  func list() throws {
    let place = Repository.file("deploy/wiring.md")
    let page = try String(contentsOf: place, encoding: .utf8)
    let text = CommissioningStep.allCases.enumerated().map { number, step in
      "\(number + 1). **\(step.title).** \(step.trial)"
    }.joined(separator: "\n")
    let wanted = try #require(LockWiringPage.filled(page, "hand-over", text))
    if ProcessInfo.processInfo.environment["POSTERN_UPDATE_DOCS"] == "1" {
      try Data(wanted.utf8).write(to: place)
    } else {
      #expect(page == wanted, "POSTERN_UPDATE_DOCS=1 swift test --filter Commissioning prints it")
    }
  }
}
