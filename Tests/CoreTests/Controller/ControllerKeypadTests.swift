import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("How a PIN is typed (A2, A3)")
struct ControllerKeypadTests {
  private func world(
    _ mode: PresentationMode = .cardOrPIN, _ entry: PINEntrySettings = PINEntrySettings()
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode) { $0.layout.readers[0].entry = entry }
    for pin in ["1234", "0042", "123456", "1234567890"] {
      world.issue("pin-\(pin)", .pin, to: "ada", as: "pin:\(pin)")
    }
    world.issue("card", .card, to: "ada", as: "card:H10301:1:1")
    return world
  }

  @Test("A2: a fixed length enters by itself, and # after it asks nothing more")
  func fixedLength() {
    var world = world(.pinOnly, PINEntrySettings(fixedLength: 4))
    world.type("1234")
    #expect(world.denials == [nil] && world.isReleased)
    world.type("#")
    #expect(world.denials == [nil])
    world.type("12#")
    #expect(world.denials == [nil])
    world.type("9999")
    #expect(world.denials == [nil, .unknownCredential])
  }

  @Test("A2: PINs of four to ten digits; three and eleven are no PIN")
  func lengths() {
    var world = world(.pinOnly)
    for pin in ["1234", "123456", "1234567890"] { world.type("\(pin)#") }
    #expect(world.denials == [nil, nil, nil])
    world.type("123#")
    world.type("12345678901#")
    // The eleventh digit ended the PIN; the rest is too short.
    #expect(world.denials == [nil, nil, nil])
  }

  @Test("A2: * begins again; a pause clears, and the pause can be set")
  func clearing() {
    var slow = world(.pinOnly, PINEntrySettings(pauseMilliseconds: 8_000))
    slow.type("12")
    slow.run(forMilliseconds: 7_000)
    slow.type("34#")
    #expect(slow.denials == [nil])
    var world = world(.pinOnly)
    world.type("99*1234#")
    #expect(world.denials == [nil])
    world.type("12")
    world.run(forMilliseconds: 7_000)
    world.type("34#")
    #expect(world.denials == [nil])
  }

  @Test("A2: keys as fast as a reader can send them are all there")
  func fast() {
    var world = world(.pinOnly)
    world.type("1234567890#", pauseMilliseconds: 0)
    #expect(world.denials == [nil])
  }

  @Test("A2: a whole PIN in one frame of 26 bits; leading zeros come back, cards stay cards")
  func frame() throws {
    var world = world(.cardOrPIN, PINEntrySettings(frame: PINFrame(facility: 0)))
    try world.badge(facility: 0, card: 1_234)
    try world.badge(facility: 0, card: 42)
    try world.badge(facility: 0, card: 9_999)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [nil, nil, .unknownCredential, nil])
    let shown = world.occurrences.compactMap { occurrence -> String? in
      if case .access(let record) = occurrence { record.presentation } else { nil }
    }
    #expect(shown == ["pin", "pin", "pin", "card"])
  }

  @Test("A3: a door that asks for cards alone decides at the end of the frame")
  func cardOnly() throws {
    var world = world(.cardOnly)
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 1, card: 1)
    let edges = pulses(
      for: bits, startingAt: world.now.advanced(byMilliseconds: 1), widthMicroseconds: 100,
      spacingMicroseconds: 1_000)
    for edge in edges {
      world.now = edge.at
      let line: InputLine =
        edge.line == .data0 ? .data0(ControllerHarness.reader) : .data1(ControllerHarness.reader)
      world.send(.edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)))
    }
    // Three bit times, and at least five milliseconds.
    world.run(forMilliseconds: 5)
    #expect(world.denials == [nil] && world.isReleased)
  }
}
