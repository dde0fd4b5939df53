import DoorCore
import DoorRules
import Testing

@Suite("Guessing PINs for a day (C7)")
struct PINGuessingTests {
  /// What `deploy/protocol/offline-pin.md` counts with.
  private static let triesMax = 500

  @Test("somebody who types for a day as fast as the keypad can gets at most 500 tries looked at")
  func day() {
    var world = ControllerHarness(mode: .pinOnly)
    let end = world.now.advanced(byMilliseconds: 86_400_000)
    var guess = 10_000_000
    while world.now < end {
      guess += 1
      world.type("\(guess)#", pauseMilliseconds: 0)
      let left =
        world.controller.view(of: ControllerHarness.reader)?.lockout
        .remainingMilliseconds(at: world.now) ?? 0
      // The moment it listens again the next guess begins.
      if left > 0 { world.run(forMilliseconds: left) }
    }
    let looked = world.denials.filter { $0 == .unknownCredential }.count
    #expect(looked > 400 && looked <= Self.triesMax, "\(looked) tries")
  }

  @Test("typing on while it is deaf gains nothing: such tries are not looked at")
  func deaf() {
    var world = ControllerHarness(mode: .pinOnly)
    for guess in 0..<200 { world.type("\(10_000_000 + guess)#", pauseMilliseconds: 0) }
    #expect(world.denials.filter { $0 == .unknownCredential }.count <= 25)
    #expect(world.denials.contains(.lockedOut))
  }
}
