import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("Readers as they are sold (A1, A2)")
struct ControllerReaderTests {
  private static let (door, reader) = (ControllerHarness.door, ControllerHarness.reader)

  private func world(
    _ mode: PresentationMode = .cardOrPIN,
    change: (inout ControllerLayout.Reader) -> Void = { _ in }
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode) {
      $0.layout.readers[0].habits = ReaderHabits()
      change(&$0.layout.readers[0])
    }
    world.issue("card", .card, to: "ada", as: "card:H10301:1:1")
    world.issue("other", .card, to: "bob", as: "card:H10301:1:2")
    world.issue("pin", .pin, to: "ada", as: "pin:1234")
    return world
  }

  private func bits(_ text: String) -> [Bool] { text.map { $0 == "1" } }

  private func signals(_ world: ControllerHarness) -> Int {
    world.journal.count {
      if case .drive(.led, active: _) = $0.effect { true } else { false }
    }
  }

  // MARK: One presentation

  @Test("A1: a card that is read again within two seconds of its last reading is one presentation")
  func onePresentation() throws {
    var world = world()
    for _ in 0..<20 {
      try world.badge(facility: 1, card: 1)
      world.run(forMilliseconds: 1_500)
    }
    #expect(world.denials == [nil])
    world.run(forMilliseconds: 600)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [nil, nil])
  }

  @Test("A1: two cards read in turns are one presentation each, a refused one too")
  func twoCards() throws {
    var world = world()
    for _ in 0..<5 {
      for card: UInt64 in [1, 2, 3] { try world.badge(facility: 1, card: card) }
    }
    #expect(world.denials == [nil, nil, .unknownCredential])
    let before = signals(world)
    try world.badge(facility: 1, card: 3)
    #expect(signals(world) == before)
  }

  @Test("A2: card then PIN: the card read again loses no digit, early or late")
  func cardThenPIN() throws {
    for pause in [100, 2_500] {
      var world = world(.cardThenPIN)
      try world.badge(facility: 1, card: 1)
      world.type("12")
      world.run(forMilliseconds: pause)
      try world.badge(facility: 1, card: 1)
      world.type("34#")
      try world.badge(facility: 1, card: 1)
      #expect(world.denials == [nil] && world.isReleased)
    }
  }

  @Test("A2: another card begins anew, and after a wrong PIN so does the same one")
  func beginsAnew() throws {
    var world = world(.cardThenPIN)
    try world.badge(facility: 1, card: 1)
    world.type("99", pauseMilliseconds: 0)
    try world.badge(facility: 1, card: 2)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials.isEmpty)
    world.type("9999#", pauseMilliseconds: 0)
    #expect(world.denials == [.pinMismatch])
    try world.badge(facility: 1, card: 1)
    world.type("1234#", pauseMilliseconds: 0)
    #expect(world.denials == [.pinMismatch, nil])
  }

  @Test("A1: after a look-up that failed the same card is asked about again at once")
  func failedLookUp() throws {
    var world = world()
    world.storeFails = true
    try world.badge(facility: 1, card: 1)
    world.storeFails = false
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.lookupFailed, nil])
  }

  @Test("A1: a frame that is longer than any is malformed, once, before it ends")
  func tooLong() {
    var world = ControllerHarness()
    world.send(bits: Array(repeating: true, count: WiegandLimits.frameBitsMax + 2))
    let faults = world.occurrences.compactMap {
      if case .malformed(_, _, let frame) = $0 { frame.fault } else { nil }
    }
    #expect(faults.count == 1 && world.denials == [])
  }

  // MARK: Supervision

  @Test("A1: frames by which a reader reports that it works are swallowed, also amid a PIN")
  func supervision() {
    let alive = "10101010"
    for keypad in [KeypadDialect.automatic, .fourBit, nil] {
      var world = world {
        $0.keypad = keypad
        $0.habits.supervision = Supervision(bitText: alive, periodSeconds: 5)
      }
      for key in "1234#" {
        world.type(String(key))
        world.send(bits: bits(alive))
      }
      if keypad != nil { #expect(world.denials == [nil]) }
      let quiet = world.journal.count
      for _ in 0..<100 {
        world.run(forMilliseconds: 14_000)
        world.send(bits: bits(alive))
      }
      let told = world.journal.dropFirst(quiet).contains {
        switch $0.effect {
        case .record(.malformed), .record(.readerGone), .record(.access): true
        default: false
        }
      }
      #expect(!told)
    }
  }

  @Test(
    "A1: after three periods without a frame the reader is gone, once; any good frame returns it")
  func gone() throws {
    var world = world {
      $0.habits.supervision = Supervision(bitText: "1010101010", periodSeconds: 10)
    }
    func told() -> [Bool] {
      world.occurrences.compactMap {
        if case .readerGone(Self.reader, Self.door, let raised) = $0 { raised } else { nil }
      }
    }
    world.run(forMilliseconds: 29_900)
    #expect(told() == [])
    world.run(forMilliseconds: 200_000)
    #expect(told() == [true])
    // A damaged frame proves nothing.
    world.send(bits: bits("111"))
    #expect(told() == [true])
    world.send(bits: bits("1010101010"))
    #expect(told() == [true, false])
    world.run(forMilliseconds: 31_000)
    try world.badge(facility: 1, card: 1)
    #expect(told() == [true, false, true, false])
  }

  @Test("A1: a supervision frame is 4 to 128 zeros and ones, its period an hour at most")
  func supervisionLimits() {
    let texts = ["", "101", "1010", "10102", String(repeating: "1", count: 129)]
    #expect(texts.map { Supervision(bitText: $0) != nil } == [false, false, true, false, false])
    #expect(
      [0, 1, 3_600, 3_601].map { Supervision(bitText: "1010", periodSeconds: $0)?.periodSeconds }
        == [1, 1, 3_600, 3_600])
    #expect(Supervision(bitText: "1010")?.periodSeconds == 10)
    #expect(ReaderHabits().presentationMilliseconds == 2_000)
    #expect(
      [-1, 0, 10_000, 10_001].map {
        ReaderHabits(presentationMilliseconds: $0).presentationMilliseconds
      } == [0, 0, 10_000, 10_000])
  }

  // MARK: Keys that are no part of a PIN

  @Test("A2: codes 12 to 15 are keys of their own, once while they bounce, and disturb no PIN")
  func functionKeys() {
    for dialect in KeypadDialect.sent {
      var world = world { $0.keypad = dialect }
      for key in [KeypadKey.digit(1), .digit(2), .other(12), .other(12), .other(15), .digit(3)]
        + [.digit(4), .pound]
      {
        world.send(bits: keypadBits(for: key, dialect: dialect))
      }
      #expect(world.denials == [nil])
      #expect(
        world.occurrences.filter {
          switch $0 {
          case .functionKey, .malformed, .readerTamper, .bell: true
          default: false
          }
        } == [12, 15].map { .functionKey(Self.reader, Self.door, code: $0) })
    }
  }

  @Test("A2: the bell key rings, whichever code it has", arguments: [UInt8(10), 11, 13])
  func bell(_ code: UInt8) {
    var world = world { $0.entry.bellCode = code }
    let nibble = (0..<4).reversed().map { code >> UInt8($0) & 1 == 1 }
    world.send(bits: nibble)
    world.send(bits: nibble)
    world.run(forMilliseconds: 10_100)
    world.send(bits: nibble)
    #expect(world.occurrences == Array(repeating: .bell(Self.reader, Self.door), count: 2))
  }

  @Test("A8: a keypad's error and bell in place of a PIN are no attempts")
  func frameReports() throws {
    var world = world { $0.entry.frame = PINFrame(facility: 0, bells: ["65534"]) }
    for card: UInt64 in [65_535, 65_534] {
      for _ in 0..<5 {
        try world.badge(facility: 0, card: card)
        world.run(forMilliseconds: 11_000)
      }
    }
    try world.badge(facility: 0, card: 1_234)
    #expect(world.denials == [nil])
    #expect(
      world.occurrences.prefix(10)
        == ArraySlice(
          Array(repeating: .functionKey(Self.reader, Self.door, code: nil), count: 5)
            + Array(repeating: .bell(Self.reader, Self.door), count: 5)))
  }

  @Test("A2: a PIN of four bits a digit in one frame opens, alone and after a card")
  func digits() throws {
    let pin = bits("0001001000110100" + "1111111111111111")
    for mode in [PresentationMode.cardOrPIN, .cardThenPIN] {
      var world = world(mode) { $0.entry.frame = PINFrame(.bcd, bitCount: 32) }
      if mode == .cardThenPIN { try world.badge(facility: 1, card: 1) }
      world.send(bits: pin)
      #expect(world.denials == [nil] && world.isReleased)
    }
  }
}
