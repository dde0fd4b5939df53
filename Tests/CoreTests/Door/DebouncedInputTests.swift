import DoorRules
import Testing

@testable import DoorCore

@Suite("An input that bounces (A6)")
struct DebouncedInputTests {
  private func moved() -> DebouncedInput {
    var input = DebouncedInput(isActive: false, quietMilliseconds: 20)
    input.handle(isActive: true, at: TestClock.start)
    return input
  }

  @Test("it moves from its edge up to the moment in which its level may count, and no longer")
  func moving() {
    let input = moved()
    #expect(input.nextDeadline == TestClock.after(20))
    #expect(input.isMoving(at: TestClock.start) && input.isMoving(at: TestClock.after(20)))
    #expect(!input.isMoving(at: TestClock.after(21)))
    #expect(!DebouncedInput(isActive: false, quietMilliseconds: 20).isMoving(at: TestClock.start))
  }

  @Test("an edge in the last moment continues the bounce; one after it begins another")
  func bounces() {
    for (milliseconds, began) in [(20, 0), (21, 21)] {
      var input = moved()
      input.handle(isActive: true, at: TestClock.after(milliseconds))
      #expect(input.began(before: TestClock.after(50)) == TestClock.after(began))
    }
  }

  @Test("a change that counts began with its first edge, but at most 200 ms before")
  func began() {
    let input = moved()
    #expect(input.began(before: TestClock.after(200)) == TestClock.start)
    #expect(input.began(before: TestClock.after(201)) == TestClock.after(1))
    #expect(DebouncedInput.bounceMillisecondsMax == 200)
  }

  @Test("a level counts at its deadline, once, and its bounce is over then")
  func counts() {
    var input = moved()
    #expect(input.advance(to: TestClock.after(19)) == nil && !input.isActive)
    #expect(input.advance(to: TestClock.after(20)) == true && input.isActive)
    #expect(
      input.advance(to: TestClock.after(20)) == nil && !input.isMoving(at: TestClock.after(20)))
  }
}
