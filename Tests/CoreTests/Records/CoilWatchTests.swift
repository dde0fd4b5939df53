import DoorRules
import Testing

@testable import DoorCore

@Suite("CoilWatch: an input that chatters when a relay switches (E2)")
struct CoilWatchTests {
  private let front = DoorID("front")!
  private var exit: InputLine { .requestToExit(front) }
  private var watch = CoilWatch()

  private static func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 1_000_000_000).advanced(byMilliseconds: milliseconds)
  }

  /// The relay switches at `milliseconds`, and the input has these edges so long after it.
  private mutating func switching(
    at milliseconds: Int, _ edges: [(after: Int, isActive: Bool)], on input: InputLine? = nil
  ) -> [CoilWatch.Finding] {
    let found = watch.switched(front, at: Self.at(milliseconds))
    for edge in edges {
      watch.note(
        LineEdge(
          line: input ?? exit, isActive: edge.isActive, at: Self.at(milliseconds + edge.after)))
    }
    return found
  }

  @Test("three of five switchings that disturb an input are found, once")
  mutating func found() {
    let glitch = [(after: 2, isActive: true), (after: 3, isActive: false)]
    var found: [[CoilWatch.Finding]] = []
    for (number, edges) in [glitch, [], glitch, [], glitch, glitch, []].enumerated() {
      found.append(switching(at: number * 5_000, edges))
    }
    let finding = CoilWatch.Finding(input: exit, door: front)
    #expect(found == [[], [], [], [], [], [finding], []])
    #expect(watch.findings == [finding])
  }

  @Test("five switchings that leave it alone take the finding back")
  mutating func mended() {
    let glitch = [(after: 2, isActive: true), (after: 3, isActive: false)]
    for number in 0..<3 { _ = switching(at: number * 5_000, glitch) }
    for number in 3..<8 { _ = switching(at: number * 5_000, []) }
    #expect(watch.findings.count == 1)
    _ = switching(at: 40_000, [])
    #expect(watch.findings.isEmpty)
  }

  @Test(
    "what comes at the switching or up to 100 ms after it, and is back by then, is a disturbance",
    arguments: [
      ([(0, true), (1, false)], true), ([(99, true), (100, false)], true),
      ([(3, false), (4, true)], true), ([(2, true), (3, false), (4, true), (5, false)], true),
      ([(-1, true), (1, false)], false), ([(99, true), (101, false)], false),
      ([(101, true), (102, false)], false), ([(2, true), (3, false), (4, true)], false),
      ([(2, true)], false),
    ] as [([(after: Int, isActive: Bool)], Bool)])
  mutating func bounds(_ edges: [(after: Int, isActive: Bool)], _ isDisturbance: Bool) {
    for number in 0..<5 { _ = switching(at: number * 5_000, edges) }
    #expect(watch.findings.isEmpty == !isDisturbance)
  }

  @Test("several inputs that are found at one switching come in the order of their names")
  mutating func order() {
    let inputs = [exit, .contact(front), .tamper, .contact(DoorID("back")!), .fire]
    var found: [CoilWatch.Finding] = []
    for number in 0..<4 {
      found += watch.switched(front, at: Self.at(number * 5_000))
      for input in inputs {
        for (after, isActive) in [(2, true), (3, false)] {
          watch.note(
            LineEdge(line: input, isActive: isActive, at: Self.at(number * 5_000 + after)))
        }
      }
    }
    #expect(found.map { "\($0.input)" } == inputs.map { "\($0)" }.sorted())
  }

  @Test("a person is no coil: a level that stays, a press that lasts, a bounce that ends elsewhere")
  mutating func people() {
    let people: [[(after: Int, isActive: Bool)]] = [
      // A leaf that is pulled open as soon as the lock is free.
      [(20, true)],
      [(20, true), (22, false), (24, true)],
      // A button that is pressed for a moment.
      [(10, true), (150, false)],
      [(90, true), (101, false)],
    ]
    for number in 0..<20 { _ = switching(at: number * 5_000, people[number % people.count]) }
    #expect(watch.findings.isEmpty)
  }

  @Test("data lines of readers are left out, and so is what comes before any switching")
  mutating func dataLines() {
    watch.note(LineEdge(line: exit, isActive: true, at: Self.at(0)))
    let reader = ReaderID("front-in")!
    for number in 0..<8 {
      let pulses = [(after: 2, isActive: true), (after: 3, isActive: false)]
      #expect(switching(at: number * 5_000, pulses, on: .data0(reader)).isEmpty)
    }
    #expect(watch.findings.isEmpty)
  }
}
