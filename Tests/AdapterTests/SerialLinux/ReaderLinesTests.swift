import DoorCore
import DoorPorts
import DoorRules
import OSDPCodec
import OSDPLine
import Testing

@Suite("A door's contact, exit input and relay at a reader (A13)")
struct ReaderLinesTests {
  private static let reader = ReaderID("front-in")!
  private static let door = DoorID("front")!
  private static let contact = InputLine.contact(door)
  private static let exit = InputLine.requestToExit(door)
  private static let relay = OutputLine.relay(door)
  private static let now = MonotonicInstant(nanoseconds: 7)

  private func states(activeLow: Bool = false) -> ReaderLineStates {
    ReaderLineStates(
      ReaderLines(
        inputs: [
          .init(line: Self.contact, number: 0, activeLow: activeLow),
          .init(line: Self.exit, number: 2),
        ], outputs: [.init(line: Self.relay, number: 1, activeLow: activeLow)]), of: Self.reader)
  }

  private func edge(_ line: InputLine, _ isActive: Bool) -> BusReport {
    .input(Self.reader, LineEdge(line: line, isActive: isActive, at: Self.now))
  }

  @Test("an input is told when its level is known first, and when it changes")
  func inputs() {
    var states = states()
    #expect(states.level(of: Self.contact) == .awaited && states.level(of: .fire) == nil)
    #expect(
      states.take(.inputs([true, true, false]), at: Self.now) == [
        edge(Self.contact, true), edge(Self.exit, false),
      ])
    #expect(states.take(.inputs([true, false, false]), at: Self.now) == [])
    #expect(states.take(.inputs([true, false, true]), at: Self.now) == [edge(Self.exit, true)])
    #expect(states.level(of: Self.contact) == .active && states.level(of: Self.exit) == .active)
  }

  @Test("a low level means active where the wiring says so")
  func activeLow() {
    var states = states(activeLow: true)
    #expect(
      states.take(.inputs([false, false, false]), at: Self.now) == [
        edge(Self.contact, true), edge(Self.exit, false),
      ])
    _ = states.take(.secured, at: Self.now)
    _ = states.take(.outputs([false, false]), at: Self.now)
    #expect((try? states.isActive(Self.relay, at: Self.now)) == true)
    _ = states.take(.outputs([false, true]), at: Self.now)
    #expect((try? states.isActive(Self.relay, at: Self.now)) == false)
    #expect(
      states.lines.command(Self.relay, active: true)
        == .output([OSDPOutput(number: 1, action: .offFor, tenths: 30)]))
    #expect(states.lines.rest == [.output([OSDPOutput(number: 1, action: .onAtOnce)])])
  }

  @Test(
    "inputs are lost, once, when the reader is away, refuses to tell them, or has fewer",
    arguments: [
      (ReaderNews.offline(.silent), 2), (.refused(code: 0x65, .unknownCommand), 2),
      (.inputs([true]), 1),
    ])
  func lost(news: ReaderNews, count: Int) {
    var states = states()
    _ = states.take(.inputs([true, true, false]), at: Self.now)
    let told = states.take(news, at: Self.now).filter {
      if case .inputLost = $0 { true } else { false }
    }
    #expect(told.count == count && told.last == .inputLost(Self.reader, Self.exit))
    #expect(states.level(of: Self.exit) == .lost)
    #expect(
      !states.take(news, at: Self.now).contains { if case .inputLost = $0 { true } else { false } })
    #expect(
      states.take(.inputs([true, true, false]), at: Self.now).contains(edge(Self.exit, false)))
  }

  @Test("a relay is active for three seconds, unless it is told so again")
  func relay() {
    let lines = states().lines
    #expect(
      lines.command(Self.relay, active: true)
        == .output([OSDPOutput(number: 1, action: .onFor, tenths: 30)]))
    #expect(
      lines.command(Self.relay, active: false)
        == .output([OSDPOutput(number: 1, action: .offAtOnce)]))
    #expect(lines.command(.relay(DoorID("back")!), active: true) == nil)
    // Three times as long as it takes until it is driven again.
    #expect(Int(ReaderLines.holdTenths) * 100 == 3 * DoorTiming().reassertMilliseconds)
  }

  @Test("a relay has moved when its reader says so, and cannot be moved while it is away")
  func driven() throws {
    var states = states()
    #expect(throws: PortError.self) { try states.canDrive(Self.relay) }
    #expect(throws: PortError.self) { try states.isActive(Self.relay, at: Self.now) }
    _ = states.take(.secured, at: Self.now)
    try states.canDrive(Self.relay)
    let on = OSDPOutput(number: 1, action: .onFor, tenths: 30)
    #expect(
      states.take(.driven([on]), at: Self.now) == [
        .driven(Self.reader, Self.relay, isActive: true)
      ])
    #expect(try states.isActive(Self.relay, at: Self.now))
    #expect(
      states.take(.driven([OSDPOutput(number: 0, action: .offAtOnce)]), at: Self.now) == [])
    #expect(
      states.take(.refused(code: 0x68, .unableToProcess), at: Self.now) == [
        .notDriven(Self.reader, Self.relay)
      ])
    _ = states.take(.outputs([true, false]), at: Self.now)
    #expect(try !states.isActive(Self.relay, at: Self.now))
    #expect(
      states.take(.offline(.silent), at: Self.now).contains(.notDriven(Self.reader, Self.relay)))
    #expect(throws: PortError.self) { try states.canDrive(Self.relay) }
    #expect(throws: PortError.self) { try states.isActive(Self.relay, at: Self.now) }
  }

  @Test(
    "a relay is at rest until it is driven, and again when its time is over, whatever was heard")
  func rests() throws {
    var states = states()
    _ = states.take(.secured, at: Self.now)
    #expect(try !states.isActive(Self.relay, at: Self.now))
    _ = states.take(
      .driven([OSDPOutput(number: 1, action: .onFor, tenths: 30)]), at: Self.now)
    #expect(try states.isActive(Self.relay, at: Self.now.advanced(byMilliseconds: 2_999)))
    #expect(try !states.isActive(Self.relay, at: Self.now.advanced(byMilliseconds: 3_000)))
    // A short absence does not switch it.
    _ = states.take(.offline(.lineLost), at: Self.now.advanced(byMilliseconds: 100))
    _ = states.take(.secured, at: Self.now.advanced(byMilliseconds: 900))
    #expect(try states.isActive(Self.relay, at: Self.now.advanced(byMilliseconds: 900)))
    #expect(try !states.isActive(Self.relay, at: Self.now.advanced(byMilliseconds: 3_000)))
  }
}
