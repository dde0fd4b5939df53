import DoorCore
import DoorRules
import Testing

@Suite("Guessing PINs for a day (C7)")
struct PINGuessingTests {
  /// The number that `deploy/protocol/offline-pin.md` uses.
  private static let triesMax = 500

  /// Until the end of the lock, when the next guess begins.
  private static func waitForKeypad(_ world: inout ControllerHarness) {
    let left =
      world.controller.view(of: ControllerHarness.reader)?.lockout
      .remainingMilliseconds(at: world.now) ?? 0
    if left > 0 { world.run(forMilliseconds: left) }
  }

  @Test("somebody who types for a day as fast as the keypad can gets at most 500 tries looked at")
  func day() {
    var world = ControllerHarness(mode: .pinOnly)
    let end = world.now.advanced(byMilliseconds: 86_400_000)
    var guess = 10_000_000
    while world.now < end {
      guess += 1
      world.type("\(guess)#", pauseMilliseconds: 0)
      Self.waitForKeypad(&world)
    }
    let looked = world.denials.filter { $0 == .unknownCredential }.count
    #expect(looked > 400 && looked <= Self.triesMax, "\(looked) tries")
  }

  @Test("somebody with a PIN of their own gains nothing by typing it in between", arguments: 1...4)
  func insider(guesses: Int) {
    var world = ControllerHarness(mode: .pinOnly)
    world.issue("own", .pin, to: "ada", as: "pin:4711")
    let end = world.now.advanced(byMilliseconds: 86_400_000)
    var guess = 10_000_000
    while world.now < end {
      for _ in 0..<guesses {
        guess += 1
        world.type("\(guess)#", pauseMilliseconds: 0)
      }
      world.type("4711#", pauseMilliseconds: 0)
      Self.waitForKeypad(&world)
    }
    let looked = world.denials.filter { $0 == .unknownCredential }.count
    #expect(looked > 300 && looked <= Self.triesMax, "\(looked) tries")
  }

  @Test("whoever waits until the keypad forgets gets fewer tries than whoever is locked out")
  func patient() {
    var lockout = Lockout()
    var now = MonotonicInstant(nanoseconds: 0)
    var tries = 0
    for _ in 0..<86_400 / Lockout.forgetSeconds {
      tries += 1
      let lock = lockout.fail(at: now)
      #expect(lock == nil)
      now = now.advanced(byMilliseconds: Lockout.forgetSeconds * 1_000)
    }
    #expect(tries < Self.triesMax)
  }

  @Test("typing on while it is deaf gains nothing: such tries are not looked at")
  func deaf() {
    var world = ControllerHarness(mode: .pinOnly)
    for guess in 0..<200 { world.type("\(10_000_000 + guess)#", pauseMilliseconds: 0) }
    #expect(world.denials.filter { $0 == .unknownCredential }.count <= 25)
    #expect(world.denials.contains(.lockedOut))
  }
}
