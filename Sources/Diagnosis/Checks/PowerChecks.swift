import CloudProtocol

/// What the power supply says.
public struct PowerFacts: Sendable, Hashable {
  /// Nil where no input says whether mains is there.
  public var mainsLost: Bool?
  /// Nil where no input says how the battery is.
  public var batteryLow: Bool?

  public init(mainsLost: Bool?, batteryLow: Bool?) {
    self.mainsLost = mainsLost
    self.batteryLow = batteryLow
  }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("power")
    switch mainsLost {
    case true?:
      writer.failure(
        "mains", "mains is lost: controller and locks live on the battery",
        do: "look at the fuse, the plug and the supply; `deploy/power.md` says what happens next")
    case false?: writer.ok("mains", "mains is there")
    case nil: break
    }
    switch batteryLow {
    case true?:
      writer.failure(
        "battery", "the supply's battery is low, missing or broken",
        do: "charge it or replace it: without mains the doors lose their power")
    case false?: writer.ok("battery", "the battery is good, as the supply says")
    case nil: break
    }
    return writer.checks
  }
}
