import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("What single events do not say (D11)")
struct AnomalyWatchTests {
  private static let front = DoorID("front")!
  private static let reader = ReaderID("front-in")!
  private static let start = MonotonicInstant(nanoseconds: 1_000_000_000)

  private func at(_ seconds: Int) -> MonotonicInstant {
    Self.start.advanced(byMilliseconds: seconds * 1_000)
  }

  private func at(milliseconds: Int) -> MonotonicInstant {
    Self.start.advanced(byMilliseconds: milliseconds)
  }

  private func access(
    _ door: String = "front", credential: String? = nil, granted: Bool = false
  ) -> Occurrence {
    .access(
      AccessRecord(
        door: DoorID(door)!, reader: nil, presentation: "card",
        verdict: Verdict(
          decision: granted ? .grant(via: .rules) : .deny(.unknownCredential),
          credential: credential.flatMap { CredentialID($0) }, person: nil, policyRevision: 1,
          steps: [])))
  }

  @Test("D11: the tenth denial in five minutes is told, once; nine, or ten in six minutes, are not")
  func manyDenials() {
    var fast = AnomalyWatch()
    let told = (0..<30).map { fast.note(access(), at: at($0 * 10)) }
    #expect(told[0..<9].allSatisfy { $0.isEmpty })
    #expect(told[9] == [Anomaly(.manyDenials, door: Self.front, count: 10)])
    #expect(told[10...].allSatisfy { $0.isEmpty })
    var slow = AnomalyWatch()
    let rare = (0..<30).flatMap { slow.note(access(), at: at($0 * 34)) }
    #expect(rare.isEmpty)
    var open = AnomalyWatch()
    let granted = (0..<30).flatMap { open.note(access(granted: true), at: at($0)) }
    #expect(granted.isEmpty)
  }

  @Test(
    "D11: ten denials count until five minutes after the first of them are over",
    arguments: [(299_999, 1), (300_000, 0)])
  func deniedWithin(_ milliseconds: Int, _ told: Int) {
    var watch = AnomalyWatch()
    for _ in 0..<9 { _ = watch.note(access(), at: at(0)) }
    #expect(watch.note(access(), at: at(milliseconds: milliseconds)).count == told)
  }

  @Test("D11: the same is told again after a quarter of an hour, and of another door at once")
  func again() {
    var watch = AnomalyWatch()
    for _ in 0..<9 { _ = watch.note(access(), at: at(0)) }
    for _ in 0..<9 { _ = watch.note(access("back"), at: at(0)) }
    #expect(watch.note(access(), at: at(0)).count == 1)
    #expect(watch.note(access("back"), at: at(0)).count == 1)
    for _ in 0..<10 { _ = watch.note(access(), at: at(milliseconds: 899_999)) }
    #expect(watch.note(access(), at: at(milliseconds: 899_999)).isEmpty)
    #expect(watch.note(access(), at: at(milliseconds: 900_000)).count == 1)
  }

  @Test("D11: one credential at three doors within a minute; at two, or slowly, is nothing")
  func manyDoors() {
    func run(_ doors: [String], every seconds: Int) -> [Anomaly] {
      var watch = AnomalyWatch()
      return doors.enumerated().flatMap {
        watch.note(access($1, credential: "key", granted: true), at: at($0 * seconds))
      }
    }
    let expected = Anomaly(
      .oneCredentialManyDoors, door: DoorID("c")!, credential: CredentialID("key")!, count: 3)
    #expect(run(["a", "b", "c"], every: 20) == [expected])
    #expect(run(["a", "b", "a", "b"], every: 5).isEmpty)
    #expect(run(["a", "b", "c"], every: 31).isEmpty)
  }

  @Test(
    "D11: a door counts until a minute after the credential was there, and always its last time",
    arguments: [(59_999, 0, 1), (60_000, 0, 0), (60_000, 1, 1)])
  func doorsWithin(_ milliseconds: Int, _ seconds: Int, _ told: Int) {
    var watch = AnomalyWatch()
    func come(_ door: String, _ moment: MonotonicInstant) -> [Anomaly] {
      watch.note(access(door, credential: "key", granted: true), at: moment)
    }
    _ = come("a", at(0))
    _ = come("a", at(seconds))
    _ = come("b", at(5))
    #expect(come("c", at(milliseconds: milliseconds)).count == told)
  }

  @Test("D11: of 256 credentials the one seen longest ago makes room, for a new one only")
  func makesRoom() {
    // Two doors each; then a credential at a third door shows whether it was still followed.
    func followed(_ id: String, after more: [String]) -> Bool {
      var watch = AnomalyWatch()
      for (index, name) in (0..<256).map({ "c\($0)" }).enumerated() {
        for door in ["a", "b"] {
          _ = watch.note(
            access(door, credential: name, granted: true), at: at(milliseconds: 10 + index))
        }
      }
      for name in more {
        _ = watch.note(access("a", credential: name, granted: true), at: at(1))
      }
      return !watch.note(access("c", credential: id, granted: true), at: at(2)).isEmpty
    }
    #expect(followed("c0", after: []))
    #expect(followed("c0", after: ["c7"]), "a known one takes nobody's place")
    #expect(!followed("c0", after: ["new"]))
    #expect(followed("c1", after: ["new"]))
    // A credential that was used again is no longer the oldest.
    #expect(followed("c0", after: ["c0", "new"]))
    #expect(!followed("c1", after: ["c0", "new"]))
  }

  @Test("D11: a door forced soon after a denial there, and not elsewhere or later")
  func forced() {
    let alarm = Occurrence.alarm(Self.front, .forcedOpen, raised: true)
    func run(_ denial: String, after seconds: Int) -> [Anomaly] {
      var watch = AnomalyWatch()
      _ = watch.note(access(denial), at: at(0))
      return watch.note(alarm, at: at(seconds))
    }
    #expect(run("front", after: 29) == [Anomaly(.forcedAfterDenial, door: Self.front, count: 1)])
    #expect(run("front", after: 30).isEmpty)
    #expect(run("back", after: 1).isEmpty)
  }

  @Test("D11: bit errors of a reader, repeated commands, and a clock that was set back")
  func others() {
    var watch = AnomalyWatch()
    let frame = MalformedFrame(
      fault: .parity, bitCount: 26, shortestGapMicroseconds: 1, longestGapMicroseconds: 1,
      at: Self.start, detail: "26 bits")
    let errors = (0..<20).flatMap {
      watch.note(.malformed(Self.reader, Self.front, frame), at: at($0))
    }
    #expect(
      errors == [Anomaly(.bitErrors, door: Self.front, reader: Self.reader, count: 10)])
    let repeats = (0..<9).flatMap { watch.noteRepeatedCommand(at: at($0)) }
    #expect(repeats == [Anomaly(.replayedCommands, count: 5)])
    let backs = (0..<3).flatMap { watch.noteClockSetBack(at: at($0)) }
    #expect(backs == [Anomaly(.clockSetBack, count: 1)])
  }
}
