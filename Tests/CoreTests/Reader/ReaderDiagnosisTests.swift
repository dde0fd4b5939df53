import CoreModels
import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("Wiring faults that single frames do not show (A1, E3)")
struct ReaderDiagnosisTests {
  private func findings(_ world: ControllerHarness) -> [ReaderFinding] {
    world.controller.view(of: ControllerHarness.reader)?.findings ?? []
  }

  @Test("A1: three cards that fit only with every bit turned say that the lines are swapped")
  func swapped() throws {
    var world = ControllerHarness()
    for card: UInt64 in [1, 2, 3] {
      #expect(findings(world).isEmpty)
      let bits = try FormatTable.standard.encode(format: "H10301", facility: 1, card: card)
      world.send(bits: bits.map { !$0 })
    }
    #expect(findings(world) == [.linesSwapped])
    // One card that fits proves the opposite, and counting begins again.
    try world.badge(facility: 1, card: 1)
    #expect(findings(world).isEmpty)
    for card: UInt64 in [1, 2, 3] {
      #expect(findings(world).isEmpty)
      let bits = try FormatTable.standard.encode(format: "H10301", facility: 1, card: card)
      world.send(bits: bits.map { !$0 })
    }
    #expect(findings(world) == [.linesSwapped])
  }

  @Test("A1: damaged frames alone are no swapped lines")
  func damaged() throws {
    var world = ControllerHarness()
    var random = Xorshift(seed: 3)
    for _ in 0..<50 {
      var bits = try FormatTable.standard.encode(
        format: "H10301", facility: 1, card: random.next() % 65_536)
      bits[Int(random.next() % 26)].toggle()
      world.send(bits: bits)
    }
    #expect(findings(world).isEmpty)
  }

  @Test("A1: lines that never rest are inverted, or one of them is stuck")
  func levels() {
    func look(_ data0: Bool, _ data1: Bool, times: Int = 5) -> [ReaderFinding] {
      var world = ControllerHarness()
      for _ in 0..<times {
        world.send(.sampled(.data0(ControllerHarness.reader), isActive: data0))
        world.send(.sampled(.data1(ControllerHarness.reader), isActive: data1))
      }
      return findings(world)
    }
    #expect(look(true, true) == [.linesInverted])
    #expect(look(true, false) == [.data0Stuck])
    #expect(look(false, true) == [.data1Stuck])
    #expect(look(false, false).isEmpty)
    #expect(look(true, true, times: 4).isEmpty)
  }

  @Test("A1: a line that rested once is counted anew: five looks at it, not four")
  func restedOnce() {
    let reader = ControllerHarness.reader
    for (line, finding) in [
      (InputLine.data0(reader), ReaderFinding.data0Stuck), (.data1(reader), .data1Stuck),
    ] {
      var world = ControllerHarness()
      let found = [true, true, true, true, false, true, true, true, true, true].map { level in
        world.send(.sampled(line, isActive: level))
        return findings(world)
      }
      #expect(found == Array(repeating: [], count: 9) + [[finding]])
    }
  }
}
