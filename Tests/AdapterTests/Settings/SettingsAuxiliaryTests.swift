import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Settings
import Testing

@Suite("Settings: auxiliary inputs and outputs, which belong to no door (G1)")
struct SettingsAuxiliaryTests {
  let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  private static let yaml = """
    controller: {id: gate-1}
    hardware: {driver: gpiod}
    doors: [front]
    door: {front: {relay: {chip: gpiochip0, line: 17}}}
    readers: [in]
    reader:
      in: {door: front, data0: {chip: gpiochip0, line: 5}, data1: {chip: gpiochip0, line: 6}}
    inputs: [motion, mains]
    input:
      motion: {chip: gpiochip0, line: 20, bias: pullUp, activeLow: true, debounceMilliseconds: 50}
      mains: {chip: gpiochip0, line: 21}
    outputs: [light]
    output: {light: {chip: gpiochip0, line: 22, activeLow: true}}
    credentials: {keyFile: /k}

    """

  @Test("each is a line of the plan with its polarity")
  func lines() async throws {
    let settings = try await fixture.load(Self.yaml)
    let plan = settings.linePlan
    let (motion, mains) = (try #require(InputID("motion")), try #require(InputID("mains")))
    let light = try #require(OutputID("light"))
    #expect(plan.inputs.prefix(2).map(\.line) == [.auxiliary(motion), .auxiliary(mains)])
    #expect(plan.inputs.prefix(2).map(\.activeLow) == [true, false])
    #expect(plan.inputs.first?.bias == .pullUp && plan.inputs.first?.place.offset == 20)
    #expect(plan.outputs.map(\.line) == [.relay(settings.doors[0].id), .auxiliary(light)])
    #expect(plan.outputs.last?.activeLow == true)
    #expect(settings.hardware.auxiliaryInputs.map(\.debounceMilliseconds) == [50, 100])
    #expect(plan.outputs.last?.line.words == "auxiliary output light")
  }

  @Test(
    "each wrong value is named, and no line is used twice",
    arguments: [
      ("line: 20", "line: 17", "input.motion: line 17 of gpiochip0 is already door.front.relay"),
      ("line: 22", "line: 21", "output.light: line 21 of gpiochip0 is already input.mains"),
      ("line: 22", "line: 1024", "output.light.line"),
      ("mains: {chip: gpiochip0, line: 21}", "mains: {activeLow: true}", "input.mains: needs"),
      ("mains: {chip: gpiochip0, line: 21}", "main: {}", "input.mains: needs"),
      ("debounceMilliseconds: 50", "debounceMilliseconds: 0", "input.motion.debounceMilliseconds"),
      ("[motion, mains]", "[motion, mains, motion]", "inputs: \"motion\" is named twice"),
      ("22, activeLow: true", "22, bias: pullUp", "output.light.bias"),
    ])
  func wrong(_ good: String, _ bad: String, _ start: String) async throws {
    let yaml = Self.yaml.replacingOccurrences(of: good, with: bad)
    #expect(yaml != Self.yaml)
    let problems = try await fixture.problems(yaml)
    #expect(problems.contains { $0.hasPrefix(start) }, "\(problems)")
  }

  @Test("without them there are none, and simulated hardware needs no lines")
  func none() async throws {
    let least = try await fixture.load(SettingsFixture.least)
    #expect(least.hardware.auxiliaryInputs.isEmpty && least.hardware.auxiliaryOutputs.isEmpty)
    let simulated = try await fixture.load(
      SettingsFixture.least + "inputs: [motion]\noutputs: [light]\n")
    #expect(simulated.hardware.auxiliaryInputs.map(\.id.rawValue) == ["motion"])
    #expect(simulated.hardware.auxiliaryOutputs.map(\.id.rawValue) == ["light"])
    #expect(simulated.linePlan == LinePlan(inputs: [], outputs: []))
  }
}
