import DoorRules
import Testing

@testable import DoorCore

@Suite("A1: a reader that storms, at exactly its limits")
struct EdgeStormTests {
  private static let start = MonotonicInstant(nanoseconds: 7_000_000_000)
  private static let most = EdgeStorm.edgesPerSecondMax

  private func at(_ microseconds: Int) -> MonotonicInstant {
    Self.start.advanced(byMicroseconds: microseconds)
  }

  /// As many edges as a second may have, in the first milliseconds of a second that begins here.
  private func fill(_ storm: inout EdgeStorm, from begin: Int) -> [EdgeStorm.Answer] {
    (0..<Self.most).map { storm.note(at: at(begin + $0 * 10)) }
  }

  @Test("2,500 edges within a second are admitted, one more in its last microsecond mutes")
  func edges() {
    var storm = EdgeStorm()
    #expect(Self.most == 2_500)
    let admitted = fill(&storm, from: 0)
    #expect(admitted == Array(repeating: .admitted, count: Self.most))
    #expect(storm.mutedUntil == nil)
    let last = storm.note(at: at(999_999))
    #expect(last == .muted(seconds: 10, edges: Self.most + 1))
    #expect(storm.mutedUntil == at(999_999 + 10_000_000))
  }

  @Test("an edge exactly at the second's end is the first of a new second")
  func windowEnd() {
    var storm = EdgeStorm()
    _ = fill(&storm, from: 0)
    // The first edge comes at the very end of the second before.
    let second = fill(&storm, from: 1_000_000)
    #expect(second == Array(repeating: .admitted, count: Self.most))
    let last = storm.note(at: at(1_999_999))
    #expect(last == .muted(seconds: 10, edges: Self.most + 1))
  }

  @Test("while muted every edge is dropped and counted; the mute ends at its moment, not before")
  func muted() throws {
    var storm = EdgeStorm()
    _ = fill(&storm, from: 0)
    _ = storm.note(at: at(30_000))
    let inside = (0..<7).map { storm.note(at: at(40_000 + $0)) }
    #expect(inside == Array(repeating: .dropped, count: 7))
    let until = try #require(storm.mutedUntil)
    let early = storm.advance(to: until.advanced(byMicroseconds: -1))
    #expect(early == nil)
    let dropped = storm.advance(to: until)
    #expect(dropped == 7)
    let next = storm.note(at: until)
    #expect(next == .admitted)
  }

  @Test(
    "a calm of a minute brings the first mute again, a microsecond less does not",
    arguments: [(0, 10), (-1, 20)])
  func calm(_ microseconds: Int, _ seconds: Int) throws {
    #expect(EdgeStorm.calmMilliseconds == 60_000)
    var storm = EdgeStorm()
    _ = fill(&storm, from: 0)
    let first = storm.note(at: at(500_000))
    #expect(first == .muted(seconds: 10, edges: Self.most + 1))
    let ended = 500_000 + 10_000_000
    let dropped = storm.advance(to: at(ended))
    #expect(dropped == 0)
    let again = ended + EdgeStorm.calmMilliseconds * 1_000 + microseconds
    let admitted = fill(&storm, from: again - 500_000)
    #expect(admitted == Array(repeating: .admitted, count: Self.most))
    let second = storm.note(at: at(again))
    #expect(second == .muted(seconds: seconds, edges: Self.most + 1))
  }

  @Test("each mute is longer than the one before, up to five minutes, and begins to count at none")
  func mutes() throws {
    var storm = EdgeStorm()
    var begin = 0
    for seconds in [10, 20, 60, 300, 300] {
      _ = fill(&storm, from: begin)
      let mute = storm.note(at: at(begin + 30_000))
      #expect(mute == .muted(seconds: seconds, edges: Self.most + 1))
      // An edge during the mute; it is not counted again in the next mute.
      let inside = storm.note(at: at(begin + 30_001))
      #expect(inside == .dropped)
      let end = begin + 30_000 + seconds * 1_000_000
      let answers = [-1, 0, 1].map { storm.advance(to: at(end + $0)) }
      #expect(answers == [nil, 1, nil])
      begin = end
    }
  }
}
