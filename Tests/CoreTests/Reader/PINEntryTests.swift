import DoorRules
import Testing
import WiegandCodec

@testable import DoorCore

@Suite("How a PIN ends, at exactly its limits (A2)")
struct PINEntryTests {
  private static let start = MonotonicInstant(nanoseconds: 3_000_000_000)

  /// The outcome of the last of some keys.
  private func typed(_ digits: Int, pound: Bool, fixedLength: Int? = nil) -> String {
    var entry = PINEntry(settings: PINEntrySettings(fixedLength: fixedLength))
    var outcome = PINEntry.Outcome.cleared
    for index in 0..<digits { outcome = entry.handle(.digit(UInt8(index % 10)), at: Self.start) }
    if pound { outcome = entry.handle(.pound, at: Self.start) }
    switch outcome {
    case .more: return "more"
    case .cleared: return "cleared"
    case .wrongLength(let count): return "wrong \(count)"
    case .complete(let pin): return pin.reveal()
    }
  }

  @Test("A2: every count of digits, with # and without, free and of a fixed length")
  func counts() {
    #expect((1...10).map { typed($0, pound: false) } == Array(repeating: "more", count: 10))
    #expect(typed(11, pound: false) == "wrong 11")
    let all = "0123456789"
    #expect(
      (0...10).map { typed($0, pound: true) }
        == ["cleared", "wrong 1", "wrong 2", "wrong 3"] + (4...10).map { String(all.prefix($0)) })
    #expect(
      (0...6).map { typed($0, pound: true, fixedLength: 6) }
        == ["cleared"] + (1...5).map { "wrong \($0)" } + ["cleared"])
    #expect(typed(6, pound: false, fixedLength: 6) == "012345")
  }

  @Test("A2: the pause is five seconds from the last digit, and clears once")
  func pause() {
    var entry = PINEntry()
    _ = entry.handle(.digit(1), at: Self.start)
    let second = Self.start.advanced(byMilliseconds: 4_999)
    _ = entry.handle(.digit(2), at: second)
    let end = second.advanced(byMilliseconds: 5_000)
    #expect(entry.nextDeadline == end)
    let cleared = [-1, 0, 1].map { entry.advance(to: end.advanced(byMicroseconds: $0)) }
    #expect(cleared == [false, true, false])
    #expect(entry.nextDeadline == nil)
    guard case .cleared = entry.handle(.pound, at: end) else {
      Issue.record("something is left of what was typed")
      return
    }
  }

  @Test("A2: a length or a pause outside its range is cut to it")
  func cut() {
    #expect(
      [-1, 3, 4, 10, 11].map { PINEntrySettings(fixedLength: $0).fixedLength } == [4, 4, 4, 10, 10])
    #expect(
      [0, 999, 1_000, 30_000, 30_001]
        .map { PINEntrySettings(pauseMilliseconds: $0).pauseMilliseconds }
        == [1_000, 1_000, 1_000, 30_000, 30_000])
    #expect(
      PINEntrySettings()
        == PINEntrySettings(fixedLength: nil, pauseMilliseconds: 5_000, frame: nil))
  }
}
