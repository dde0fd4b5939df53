import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("Controller: inputs in the middle of a frame (A1, A2)")
struct ControllerLateInputTests {
  private static let card = "card:H10301:12:345"

  /// A controller with Ada's card, and the edges of that card, not yet delivered.
  private static func world() throws -> (harness: ControllerHarness, edges: [LineEdge]) {
    var harness = ControllerHarness(hasContact: true)
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 12, card: 345)
    harness.issue("ada-card", .card, to: "ada", as: card)
    let edges = pulses(
      for: bits, startingAt: harness.now.advanced(byMilliseconds: 1), widthMicroseconds: 100,
      spacingMicroseconds: 2_000
    ).map { edge in
      LineEdge(
        line: edge.line == .data0
          ? .data0(ControllerHarness.reader) : .data1(ControllerHarness.reader),
        isActive: edge.isActive, at: edge.at)
    }
    return (harness, edges)
  }

  private static let inputs: [(name: String, input: ControllerInput)] = [
    ("identify", .order(Order(id: "i", kind: .identify(nil)))),
    (
      "admin unlock",
      .order(
        Order(
          id: "u", kind: .adminUnlock(ControllerHarness.door, by: "desk", reason: "parcel")))
    ),
    ("cleared lockout", .order(Order(id: "c", kind: .clearLockout(nil, by: "desk")))),
    ("modes", .modes(ControllerHarness.door, DoorModes())),
    ("sampled contact", .sampled(.contact(ControllerHarness.door), isActive: true)),
    ("sampled exit", .sampled(.requestToExit(ControllerHarness.door), isActive: false)),
    (
      "an answer that nobody waits for",
      .lookedUp(LookUpAnswer(ticket: 999, holders: []))
    ),
  ]

  /// After a number of edges an input comes so late that, by the clock, the frame would have ended;
  /// the other edges of the frame follow, with their own earlier stamps.
  @Test(
    "A1: an order, a mode or an answer in the middle of a frame does not cut it in two",
    arguments: inputs.indices)
  func order(_ index: Int) throws {
    for cut in [1, 2, 7, 26, 51] {
      var (harness, edges) = try Self.world()
      let late = edges[edges.count - 1].at.advanced(byMilliseconds: 400)
      for edge in edges[..<cut] { harness.deliver(.edge(edge), at: edge.at) }
      harness.deliver(Self.inputs[index].input, at: late)
      for edge in edges[cut...] { harness.deliver(.edge(edge), at: late) }
      harness.now = late
      harness.run(forMilliseconds: 300)
      #expect(harness.denials == [nil], "\(Self.inputs[index].name) after \(cut) edges")
      #expect(harness.malformed == 0)
    }
  }

  @Test("A1: an edge of a door's line that overtook the reader's edges does not cut the frame")
  func overtaken() throws {
    for line in [
      InputLine.contact(ControllerHarness.door), .requestToExit(ControllerHarness.door),
    ] {
      for cut in [1, 2, 7, 26, 51] {
        var (harness, edges) = try Self.world()
        let after = edges[edges.count - 1].at.advanced(byMilliseconds: 400)
        for edge in edges[..<cut] { harness.deliver(.edge(edge), at: edge.at) }
        harness.deliver(.edge(LineEdge(line: line, isActive: true, at: after)), at: after)
        for edge in edges[cut...] { harness.deliver(.edge(edge), at: after) }
        harness.now = after
        harness.run(forMilliseconds: 300)
        #expect(harness.denials == [nil], "\(line) after \(cut) edges")
        #expect(harness.malformed == 0)
      }
    }
  }

  @Test("A6: an exit edge that comes late counts from its own stamp, and opens")
  func lateExit() throws {
    var (harness, edges) = try Self.world()
    let pressed = harness.now.advanced(byMilliseconds: 2)
    for edge in edges[..<26] { harness.deliver(.edge(edge), at: edge.at) }
    let exit = InputLine.requestToExit(ControllerHarness.door)
    harness.deliver(.edge(LineEdge(line: exit, isActive: true, at: pressed)), at: edges[26].at)
    for edge in edges[26...] { harness.deliver(.edge(edge), at: edge.at) }
    harness.now = edges[edges.count - 1].at
    harness.run(forMilliseconds: 300)
    #expect(harness.denials == [nil])
    #expect(harness.occurrences.contains(.exitRequested(ControllerHarness.door)))
    #expect(harness.isReleased)
  }

  @Test("A1: time that passed behind the edges does end the frame: half a card is no card")
  func halfFrame() throws {
    var (harness, edges) = try Self.world()
    for edge in edges[..<26] { harness.deliver(.edge(edge), at: edge.at) }
    harness.now = edges[25].at
    harness.run(forMilliseconds: 300)
    #expect(harness.malformed == 1)
    #expect(harness.denials.isEmpty)
  }
}

extension ControllerHarness {
  /// One input at its moment of delivery, with no time passing by itself.
  mutating func deliver(_ input: ControllerInput, at moment: MonotonicInstant) {
    now = moment
    send(input)
  }

  var malformed: Int {
    occurrences.filter { if case .malformed = $0 { true } else { false } }.count
  }
}
