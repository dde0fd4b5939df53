import CoreModels
import DoorCore
import DoorRules
import Foundation
import Testing

@Suite("B1 B9: one table says when the clock is believed")
struct ClockTableTests {
  private static let start = MonotonicInstant(nanoseconds: 1_000_000_000)
  private static let known = WallInstant(secondsSince1970: 1_800_000_000)
  private static let year: Int64 = 365 * 86_400

  /// A clock in a state, and the time that puts it there.
  private static func clock(_ state: ClockState) -> (clock: CivilClock, at: WallInstant) {
    let off: Int64 =
      switch state {
      case .steady, .firstStart: 1
      case .corrected, .disputed: -3_000
      case .jumpedAhead, .contradicted: 400_000_000
      case .jumpedBack: -7_200
      case .resumed: 30_000
      case .resumedBehind: -19_800
      case .resumedFar: 2 * year
      case .firstStartFar: 40 * year
      case .beforeBuild: -10 * year
      }
    let memory: ClockMemory
    switch state {
    case .resumed, .resumedBehind, .resumedFar: memory = ClockMemory(mark: known)
    default: memory = ClockMemory()
    }
    var clock = CivilClock(memory, boot: "b", at: start)
    switch state {
    case .steady, .corrected, .jumpedAhead, .jumpedBack:
      _ = clock.read(ClockReading(known, .battery), at: start)
    case .contradicted, .disputed: clock.hear(cloud: known, at: start)
    case .resumed, .resumedBehind, .resumedFar, .firstStart, .firstStartFar, .beforeBuild: break
    }
    return (clock, known.advanced(bySeconds: off))
  }

  @Test("the clock does what each cell says", arguments: ClockState.allCases)
  func cells(_ state: ClockState) {
    for source in [ClockSource.none, .battery, .timeServer] {
      var (clock, at) = Self.clock(state)
      let before = clock
      let moment = clock.read(ClockReading(at, source), at: Self.start)
      #expect(clock.system?.state == state)
      let cell = "\(state) \(source)"
      switch state.row.answer(to: source) {
      case .take:
        #expect(moment.wall == at && clock.vouchedBy != nil, "\(cell)")
        #expect(moment.trust == (source == .timeServer ? .synchronised : .holdover), "\(cell)")
      case .goOn, .takeOnceHeld:
        #expect(clock.memory(at: Self.start) == before.memory(at: Self.start), "\(cell)")
        #expect(moment.trust == Self.meanwhile(state), "\(cell)")
      }
    }
  }

  private static func meanwhile(_ state: ClockState) -> ClockTrust {
    switch state.row.meanwhile {
    case .ownTime: .holdover
    case .earliest: .doubtful
    case .nothing, .asBefore: .unknown
    }
  }

  @Test("a time server that holds for a quarter of an hour is believed where the table says so")
  func held() {
    for state in ClockState.allCases {
      var (clock, at) = Self.clock(state)
      for (seconds, expected) in [
        (0, false), (899, false), (900, state.row.answer(to: .timeServer) == .takeOnceHeld),
      ] as [(Int, Bool)] where state.row.answer(to: .timeServer) != .take {
        let now = Self.start.advanced(byMilliseconds: seconds * 1_000)
        let shown = at.advanced(bySeconds: Int64(seconds))
        let moment = clock.read(ClockReading(shown, .timeServer), at: now)
        #expect((moment.trust == .synchronised) == expected, "\(state) \(seconds)")
      }
    }
  }

  @Test("it is believed only without a break: another time, or no server, begins the wait again")
  func broken() {
    for other in [
      ClockReading(Self.known.advanced(bySeconds: 500_000_000), .timeServer),
      ClockReading(Self.known.advanced(bySeconds: 450), .battery),
    ] {
      var (clock, at) = Self.clock(.jumpedAhead)
      func read(_ reading: ClockReading, _ seconds: Int) -> ClockTrust {
        clock.read(reading, at: Self.start.advanced(byMilliseconds: seconds * 1_000)).trust
      }
      #expect(read(ClockReading(at, .timeServer), 0) == .holdover)
      #expect(read(other, 450) == .holdover)
      for seconds in [460, 900, 1_359] {
        let shown = at.advanced(bySeconds: Int64(seconds))
        #expect(read(ClockReading(shown, .timeServer), seconds) == .holdover)
      }
      let shown = at.advanced(bySeconds: 1_360)
      #expect(read(ClockReading(shown, .timeServer), 1_360) == .synchronised)
    }
  }

  @Test("a word of the cloud or of a technician is taken where the table says so")
  func words() {
    for state in ClockState.allCases {
      let takes = state.row.answer(to: .cloud) == .take
      var (clock, at) = Self.clock(state)
      clock.hear(cloud: at, at: Self.start)
      #expect((clock.vouchedBy == .cloud) == takes, "\(state)")
      (clock, at) = Self.clock(state)
      _ = clock.read(ClockReading(at, .none), at: Self.start)
      #expect((clock.hearTechnician(at: Self.start) != nil) == takes, "\(state)")
      #expect((clock.vouchedBy == .technician) == takes, "\(state)")
      #expect(state.row.answer(to: .technician) == state.row.answer(to: .cloud))
    }
  }

  @Test("deploy/clock.md prints the tables")
  func documented() throws {
    try PrintedTable(in: "deploy/clock.md", named: "clock", lines: Self.printed).check()
    try PrintedTable(in: "deploy/clock.md", named: "spans", lines: Self.printedSpans).check()
  }

  private static var printed: [String] {
    let heads = ["the time heard is", "no source", "battery clock", "time server"]
    let last = ["cloud or technician", "until it is taken the door serves as"]
    return table(heads + last) {
      ClockState.allCases.map { state in
        let answers: [ClockSource] = [.none, .battery, .timeServer, .cloud]
        return ["`\(state.rawValue)`: \(state.row.meaning)"]
          + answers.map { words(state.row.answer(to: $0)) } + [state.row.meanwhile.rawValue]
      }
    }
  }

  private static func words(_ answer: ClockAnswer) -> String {
    switch answer {
    case .take: "taken"
    case .takeOnceHeld: "taken after 15 min"
    case .goOn: "not taken"
    }
  }

  private static var printedSpans: [String] {
    table(["span", "over a restart", "because"]) {
      TimedSpan.allCases.map { span in
        [
          "`\(span.rawValue)`: \(span.row.meaning)", span.row.afterRestart.words, span.row.why,
        ]
      }
    }
  }

  private static func table(_ heads: [String], _ rows: () -> [[String]]) -> [String] {
    ([heads, heads.map { _ in "---" }] + rows()).map { "| " + $0.joined(separator: " | ") + " |" }
  }
}
