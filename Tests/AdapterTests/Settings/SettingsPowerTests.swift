import DoorCore
import DoorPorts
import Settings
import Testing

@Suite("G8: settings of mains, battery, lock current and what is switched off")
struct SettingsPowerTests {
  let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  private static let yaml = """
    controller: {id: gate-1}
    hardware: {driver: gpiod}
    site: {mains: {chip: gpiochip0, line: 1, activeLow: true}, battery: {chip: gpiochip0, line: 2}}
    power: {failingMinutes: 7, shedMinutes: 0, shed: [lamps, heartbeat]}
    doors: [front, back]
    door:
      front:
        relay: {chip: gpiochip0, line: 17}
        failSafe: true
        lockCurrent: {chip: gpiochip0, line: 5}
        lockCurrentSeconds: 9
        onBatteryLow: release
      back: {relay: {chip: gpiochip0, line: 18}}
    readers: [in]
    reader:
      in:
        door: front
        data0: {chip: gpiochip0, line: 3}
        data1: {chip: gpiochip0, line: 4}
    credentials: {keyFile: /k}

    """

  @Test("every key arrives, and the lines are planned; without them nothing is done")
  func whole() async throws {
    let settings = try await fixture.load(Self.yaml)
    let power = settings.hardware.power
    #expect(power.failingMinutes == 7 && power.shedMinutes == 0)
    #expect(power.shed == [.lamps, .heartbeat])
    let front = settings.doors[0]
    #expect(front.hasLockCurrent && front.lockCurrentSeconds == 9)
    #expect(front.onBatteryLow == .release)
    let back = settings.doors[1]
    #expect(!back.hasLockCurrent && back.onBatteryLow == .keep)
    let inputs = settings.linePlan.inputs
    #expect(inputs.prefix(3).map(\.line) == [.lockCurrent(front.id), .mains, .battery])
    #expect(inputs.prefix(3).map(\.activeLow) == [false, true, false])
    let least = try await fixture.load(SettingsFixture.least)
    #expect(least.hardware.power == PowerSettings() && PowerSettings().shed.isEmpty)
    #expect(!least.doors[0].hasLockCurrent)
  }

  @Test(
    "each wrong value is named with what is allowed",
    arguments: [
      ("failingMinutes: 7", "failingMinutes: 1441", "power.failingMinutes", "0 to 1440"),
      ("shedMinutes: 0", "shedMinutes: -1", "power.shedMinutes", "0 to 1440"),
      ("[lamps,", "[lamps, locks,", "power.shed", "lamps, beepers, heartbeat"),
      ("lockCurrentSeconds: 9", "lockCurrentSeconds: 1", "door.front.lockCurrentSeconds", "2 to"),
      ("lockCurrentSeconds: 9", "lockCurrentSeconds: 61", "door.front.lockCurrentSeconds", "60"),
      ("onBatteryLow: release", "onBatteryLow: open", "door.front.onBatteryLow", "keep, release"),
      ("failSafe: true", "failSafe: false", "door.front.onBatteryLow", "`failSafe`"),
      (", battery: {chip: gpiochip0, line: 2}", "", "door.front.onBatteryLow", "`site.battery`"),
      ("line: 5", "line: 3", "reader.in.data0", "already door.front.lockCurrent"),
    ])
  func wrong(_ good: String, _ bad: String, _ path: String, _ says: String) async throws {
    let yaml = Self.yaml.replacingOccurrences(of: good, with: bad)
    #expect(yaml != Self.yaml)
    let problems = try await fixture.problems(yaml)
    #expect(problems.count == 1 && problems[0].hasPrefix(path), "\(problems)")
    #expect(problems[0].contains(says), "\(problems)")
  }

  @Test("without an input for mains nothing can be switched off for it; simulated hardware has one")
  func needs() async throws {
    let without = Self.yaml.replacingOccurrences(
      of: "mains: {chip: gpiochip0, line: 1, activeLow: true}, ", with: "")
    let problems = try await fixture.problems(without)
    #expect(
      problems.map { $0.prefix { $0 != ":" } } == ["door.front.onBatteryLow", "power.shed"],
      "\(problems)")
    let simulated = SettingsFixture.least + "power: {shed: [beepers]}\n"
    #expect(try await fixture.load(simulated).hardware.power.shed == [.beepers])
  }
}
