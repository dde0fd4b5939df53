import DoorRules
import Testing

@testable import DoorCore

@Suite("An input that bounces (A6)")
struct DebouncedInputTests {
  private static let start = MonotonicInstant(nanoseconds: 5_000_000_000)

  private static func after(_ milliseconds: Int) -> MonotonicInstant {
    start.advanced(byMilliseconds: milliseconds)
  }

  private func moved() -> DebouncedInput {
    var input = DebouncedInput(isActive: false, quietMilliseconds: 20)
    input.handle(isActive: true, at: Self.start)
    return input
  }

  @Test("it moves from its edge up to the moment in which its level may count, and no longer")
  func moving() {
    let input = moved()
    #expect(input.nextDeadline == Self.after(20))
    #expect(input.isMoving(at: Self.start) && input.isMoving(at: Self.after(20)))
    #expect(!input.isMoving(at: Self.after(21)))
    #expect(!DebouncedInput(isActive: false, quietMilliseconds: 20).isMoving(at: Self.start))
  }

  @Test("an edge in the last moment continues the bounce; one after it begins another")
  func bounces() {
    for (milliseconds, began) in [(20, 0), (21, 21)] {
      var input = moved()
      input.handle(isActive: true, at: Self.after(milliseconds))
      #expect(input.began(before: Self.after(50)) == Self.after(began))
    }
  }

  @Test("a change that counts began with its first edge, but at most 200 ms before")
  func began() {
    let input = moved()
    #expect(input.began(before: Self.after(200)) == Self.start)
    #expect(input.began(before: Self.after(201)) == Self.after(1))
    #expect(DebouncedInput.bounceMillisecondsMax == 200)
  }

  @Test("a level counts at its deadline, once, and its bounce is over then")
  func counts() {
    var input = moved()
    #expect(input.advance(to: Self.after(19)) == nil && !input.isActive)
    #expect(input.advance(to: Self.after(20)) == true && input.isActive)
    #expect(input.advance(to: Self.after(20)) == nil && !input.isMoving(at: Self.after(20)))
  }
}
