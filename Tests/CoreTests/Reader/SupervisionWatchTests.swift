import DoorRules
import Testing

@testable import DoorCore

@Suite("A1: whether a supervised reader is there, to the millisecond")
struct SupervisionWatchTests {
  private let supervision = Supervision(bitText: "1010", periodSeconds: 5)

  @Test("it is gone three periods after its last frame, and back with the next")
  func gone() {
    var watch = SupervisionWatch(supervision, at: TestClock.start)
    #expect(watch.noteFrame(at: TestClock.after(1_000)) == false)
    #expect(watch.nextDeadline == TestClock.after(16_000))
    #expect(
      watch.advance(to: TestClock.after(15_999)) == false
        && watch.advance(to: TestClock.after(16_000)) == true)
    #expect(
      watch.isGone && watch.nextDeadline == nil
        && watch.advance(to: TestClock.after(60_000)) == false)
    #expect(watch.noteFrame(at: TestClock.after(70_000)) == true && !watch.isGone)
    #expect(watch.noteFrame(at: TestClock.after(70_001)) == false)
  }

  @Test("while its lines are muted it misses nothing, and is watched again from their end")
  func muted() {
    var watch = SupervisionWatch(supervision, at: TestClock.start)
    watch.pause()
    #expect(watch.nextDeadline == nil)
    watch.resume(at: TestClock.after(20_000))
    #expect(watch.nextDeadline == TestClock.after(35_000))
  }

  @Test("one that is gone is not missed again after a mute")
  func mutedWhileGone() {
    var watch = SupervisionWatch(supervision, at: TestClock.start)
    #expect(watch.advance(to: TestClock.after(15_000)) == true)
    watch.pause()
    watch.resume(at: TestClock.after(20_000))
    #expect(watch.isGone && watch.nextDeadline == nil)
  }

  @Test("a reader without supervision is never missed")
  func unsupervised() {
    var watch = SupervisionWatch(nil, at: TestClock.start)
    #expect(watch.nextDeadline == nil && watch.noteFrame(at: TestClock.after(1)) == false)
    #expect(watch.nextDeadline == nil)
  }
}
