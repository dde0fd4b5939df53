import DoorRules
import Testing

@testable import DoorCore

@Suite("Playing patterns at a reader, at exactly their moments (A5)")
struct FeedbackPlayerTests {
  private typealias Step = FeedbackPattern.Step

  private static let start = MonotonicInstant(nanoseconds: 3_000_000_000)
  private static let first = Step(led: true, beeper: true, milliseconds: 100)
  private static let second = Step(led: true, beeper: false, milliseconds: 40)
  private static let off = Step(led: false, beeper: false, milliseconds: 0)
  private static let pattern = FeedbackPattern(steps: [first, second])

  private func at(_ microseconds: Int) -> MonotonicInstant {
    Self.start.advanced(byMicroseconds: microseconds)
  }

  @Test("A5: each step begins when the one before is over, and after the last all is off")
  func steps() {
    var player = FeedbackPlayer()
    let begun = player.play(Self.pattern, of: .granted, at: Self.start)
    #expect(begun == Self.first && player.playing == .granted)
    let moments = [99_999, 100_000, 100_001, 139_999, 140_000, 140_001]
    let played = moments.map { player.advance(to: at($0)) }
    #expect(played == [nil, Self.second, nil, nil, Self.off, nil])
    #expect(player.playing == nil && player.nextDeadline == nil)
  }

  @Test("A5: time that passed at once plays the newest step only, and stopping is all off at once")
  func late() {
    var player = FeedbackPlayer()
    _ = player.play(Self.pattern, of: .denied, at: Self.start)
    let second = player.advance(to: at(120_000))
    #expect(second == Self.second && player.nextDeadline == at(140_000))
    _ = player.play(Self.pattern, of: .denied, at: at(120_000))
    let end = player.advance(to: at(10_000_000))
    #expect(end == Self.off && player.playing == nil)
    _ = player.play(Self.pattern, of: .chirp, at: at(20_000_000))
    let stopped = player.stop()
    #expect(stopped == Self.off && player.playing == nil && player.nextDeadline == nil)
    let after = player.advance(to: at(30_000_000))
    #expect(after == nil)
  }
}
