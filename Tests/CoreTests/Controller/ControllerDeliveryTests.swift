import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("Cards and keys of a reader without data lines (A1, A2)")
struct ControllerDeliveryTests {
  private static let reader = ControllerHarness.reader

  private func bits(_ card: UInt64) throws -> [Bool] {
    try FormatTable.standard.encode(format: "H10301", facility: 1, card: card)
  }

  private func frame(_ bits: [Bool], at now: MonotonicInstant) -> WiegandFrame {
    WiegandFrame(bits: bits, startedAt: now, endedAt: now, bitIntervalMicroseconds: 0)
  }

  private func world(_ mode: PresentationMode = .cardOrPIN) -> ControllerHarness {
    var world = ControllerHarness(mode: mode)
    world.issue("card", .card, to: "ada", as: "card:H10301:1:1")
    world.issue("pin", .pin, to: "ada", as: "pin:1234")
    return world
  }

  private func deliver(_ world: inout ControllerHarness, _ delivery: ReaderDelivery) {
    world.send(.delivered(Self.reader, delivery))
  }

  private func type(_ world: inout ControllerHarness, _ keys: [KeypadKey]) {
    for key in keys {
      deliver(&world, .key(key))
      world.run(forMilliseconds: 100)
    }
  }

  @Test("A1: bits of a known card open, and are recorded as those that came in pulses")
  func card() throws {
    var delivered = world()
    var pulsed = world()
    for card: UInt64 in [1, 2] {
      deliver(&delivered, .card(frame(try bits(card), at: delivered.now)))
      try pulsed.badge(facility: 1, card: card)
    }
    #expect(delivered.denials == [nil, .unknownCredential])
    func records(_ world: ControllerHarness) -> [AccessRecord] {
      world.occurrences.compactMap { if case .access(let record) = $0 { record } else { nil } }
    }
    #expect(records(delivered) == records(pulsed))
    #expect(delivered.isReleased)
  }

  @Test("A1: a card that has proved its key is looked up by that alone, once for each presentation")
  func proved() {
    var world = world(.cardThenPIN)
    world.issue("key", .card, to: "ben", as: "pkoc:0a")
    world.issue("pin-ben", .pin, to: "ben", as: "pin:5678")
    deliver(&world, .proved(Secret("pkoc:0b")))
    #expect(world.denials == [.unknownCredential])
    #expect(world.asked.last?.canonicals.map { $0.reveal() } == ["pkoc:0b"])
    deliver(&world, .proved(Secret("pkoc:0a")))
    type(&world, [.digit(5), .digit(6), .digit(7), .digit(8), .pound])
    #expect(world.isReleased && world.denials == [.unknownCredential, nil])
  }

  @Test("A2: keys are a PIN, and a card that waits for its PIN gets it")
  func keys() throws {
    var world = world(.cardThenPIN)
    deliver(&world, .card(frame(try bits(1), at: world.now)))
    #expect(!world.isReleased && world.denials.isEmpty)
    type(&world, [.digit(1), .digit(2), .digit(3), .digit(4), .pound])
    #expect(world.isReleased && world.denials == [nil])
  }

  @Test("A2: keys with a long pause between them are two beginnings, and no PIN")
  func pause() {
    var world = world()
    type(&world, [.digit(1), .digit(2)])
    // The deadline of the pause has passed unnoticed: the key itself lets the time pass.
    world.now = world.now.advanced(byMilliseconds: 6_000)
    type(&world, [.digit(3), .digit(4), .pound])
    #expect(world.denials.isEmpty && !world.isReleased)
  }

  @Test("A2: delivered bits are never a key, whatever their length")
  func shortBits() {
    var world = world()
    for dialect in KeypadDialect.sent {
      for key in [KeypadKey.digit(1), .digit(2), .digit(3), .digit(4), .pound] {
        deliver(&world, .card(frame(keypadBits(for: key, dialect: dialect), at: world.now)))
      }
    }
    #expect(world.denials.isEmpty && !world.isReleased)
    #expect(world.malformed == KeypadDialect.sent.count * 5)
  }

  @Test("A1: what a reader could not read is recorded, and says nothing about data lines")
  func malformed() throws {
    var world = world()
    let broken = MalformedFrame(
      fault: .parity, bitCount: 26, shortestGapMicroseconds: 0, longestGapMicroseconds: 0,
      at: world.now, detail: "26 bits")
    deliver(&world, .malformed(broken))
    #expect(
      world.occurrences.contains(.malformed(Self.reader, ControllerHarness.door, broken)))
    for card: UInt64 in [1, 2, 3] {
      deliver(&world, .card(frame(try bits(card).map { !$0 }, at: world.now)))
    }
    #expect(world.controller.view(of: Self.reader)?.findings == [])
  }

  @Test("A6: a tamper code counts, any other code that is no key of a PIN is a key of its own")
  func tamper() {
    var world = ControllerHarness {
      $0.layout.readers[0].tamperCodes = TamperCodes(opened: 14, closed: 15)
    }
    for code: UInt8 in [14, 13, 15] { deliver(&world, .key(.other(code))) }
    let (reader, door) = (Self.reader, ControllerHarness.door)
    #expect(
      world.occurrences == [
        .readerTamper(reader, door, raised: true), .functionKey(reader, door, code: 13),
        .readerTamper(reader, door, raised: false),
      ])
  }

  @Test("A8: five wrong PINs lock the keypad, and no reader means nothing")
  func lockout() {
    var world = world()
    for _ in 0..<5 { type(&world, [.digit(9), .digit(9), .digit(9), .digit(9), .pound]) }
    type(&world, [.digit(1), .digit(2), .digit(3), .digit(4), .pound])
    #expect(world.denials.last == .some(.lockedOut) && !world.isReleased)
    let before = world.journal.count
    world.send(.delivered(ReaderID("elsewhere")!, .key(.pound)))
    #expect(world.journal.count == before)
  }
}
