import DoorCore
import DoorRules
import Testing

@Suite("G1: auxiliary inputs of a controller")
struct AuxiliaryInputTests {
  private static let motion = InputID("motion")!

  private func world() -> ControllerHarness {
    ControllerHarness {
      $0.layout.inputs = [.init(id: Self.motion, debounceMilliseconds: 50)]
    }
  }

  private func set(_ isActive: Bool, _ world: inout ControllerHarness) {
    world.send(.edge(LineEdge(line: .auxiliary(Self.motion), isActive: isActive, at: world.now)))
  }

  @Test("its level counts once it was steady, and a bounce is none")
  func steady() {
    var world = world()
    #expect(world.controller.isActive(Self.motion) == false)
    set(true, &world)
    world.run(forMilliseconds: 49)
    #expect(world.controller.isActive(Self.motion) == false)
    world.run(forMilliseconds: 1)
    #expect(world.controller.isActive(Self.motion) == true)
    set(false, &world)
    world.run(forMilliseconds: 20)
    set(true, &world)
    world.run(forMilliseconds: 200)
    #expect(world.controller.isActive(Self.motion) == true)
    #expect(world.controller.isActive(InputID("other")!) == nil)
  }

  @Test("a lost edge is repaired by the sample that sees the level")
  func sampled() {
    var world = world()
    world.send(.sampled(.auxiliary(Self.motion), isActive: true))
    world.run(forMilliseconds: 50)
    #expect(world.controller.isActive(Self.motion) == true)
  }

  @Test("one that is active at the start counts like a change")
  func atStart() {
    var world = world()
    world.controller = Controller(
      layout: ControllerLayout(
        doors: [], readers: [], inputs: [.init(id: Self.motion, debounceMilliseconds: 50)]),
      policy: world.policy, active: [.auxiliary(Self.motion)], at: world.moment)
    #expect(world.controller.isActive(Self.motion) == false)
    world.run(forMilliseconds: 50)
    #expect(world.controller.isActive(Self.motion) == true)
  }
}
