import DoorRules
import Testing

@testable import DoorCore

@Suite("A1: what was presented a moment ago counts once")
struct RecentPresentationsTests {
  @Test("a reading within the time of the last one is the same presentation, and prolongs it")
  func repeats() {
    var recent = RecentPresentations(milliseconds: 2_000)
    let card = Secret("a")
    #expect(recent.isRepeat(card, at: TestClock.start) == false)
    #expect(recent.isRepeat(card, at: TestClock.after(1_999)) == true)
    #expect(recent.isRepeat(card, at: TestClock.after(3_998)) == true)
    #expect(recent.isRepeat(card, at: TestClock.after(5_998)) == false)
    recent.forget()
    #expect(recent.isRepeat(card, at: TestClock.after(5_999)) == false)
  }

  @Test("four are remembered; a fifth replaces the one that was read longest ago")
  func limit() {
    for (count, isKnown) in [(4, true), (5, false)] {
      var recent = RecentPresentations(milliseconds: 2_000)
      for index in 0..<count {
        #expect(recent.isRepeat(Secret("\(index)"), at: TestClock.after(index)) == false)
      }
      #expect(recent.isRepeat(Secret("0"), at: TestClock.after(10)) == isKnown)
    }
    #expect(RecentPresentations.most == 4)
  }
}
