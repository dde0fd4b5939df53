import DoorRules
import Testing
import WiegandCodec

@Suite("PINs that a keypad sends as one frame (A2)")
struct PINFrameTests {
  private func read(_ frame: PINFrame, _ bits: [Bool], _ fixedLength: Int? = nil) -> String {
    switch frame.read(bits, fixedLength: fixedLength) {
    case .pin(let pin): pin.reveal()
    case .wrongLength: "length"
    case .error: "error"
    case .bell: "bell"
    case nil: "-"
    }
  }

  private func card(_ format: String, _ facility: UInt64?, _ card: UInt64) throws -> [Bool] {
    try FormatTable.standard.encode(format: format, facility: facility, card: card)
  }

  private func bits(_ value: UInt64, _ count: Int) -> [Bool] {
    (0..<count).reversed().map { value >> UInt64($0) & 1 == 1 }
  }

  private func nibbles(_ text: String) -> [Bool] {
    text.flatMap { bits(UInt64(String($0), radix: 16)!, 4) }
  }

  /// With even parity over the first half and odd parity over the second at the ends.
  private func checked(_ bits: [Bool]) -> [Bool] {
    let half = bits.count / 2
    let first = bits.prefix(half).count { $0 } % 2 == 1
    let last = bits.dropFirst(half).count { $0 } % 2 == 0
    return [first] + bits + [last]
  }

  @Test("A2: a PIN in a frame is filled with zeros to its length, and no other frame is one")
  func number26() throws {
    let frame = PINFrame(facility: 7)
    #expect(
      try [0, 42, 999, 1_234, 12_345, 65_534].map { read(frame, try card("H10301", 7, $0)) }
        == ["0000", "0042", "0999", "1234", "12345", "65534"])
    #expect(read(frame, try card("H10301", 7, 42), 6) == "000042")
    #expect(read(frame, try card("H10301", 7, 12_345), 4) == "12345")
    #expect(read(frame, try card("H10301", 8, 42)) == "-")
    #expect(read(frame, try card("C1k35s", 7, 42)) == "-")
    #expect(read(PINFrame(), try card("H10301", 1, 2)) == "65538")
  }

  @Test("A2: a number of all ones is the keypad's error, unless the settings name others")
  func reports() throws {
    let all = try card("H10301", 0, 65_535)
    #expect(read(PINFrame(facility: 0), all) == "error")
    #expect(read(PINFrame(facility: 0, errors: []), all) == "65535")
    let named = PINFrame(facility: 0, errors: ["65533"], bells: ["65534"])
    #expect(
      try [65_533, 65_534, 65_535].map { read(named, try card("H10301", 0, $0)) }
        == ["error", "bell", "65535"])
    #expect(read(PINFrame(.number32), bits(0xFFFF_FFFF, 32)) == "error")
    #expect(read(PINFrame(.bcd), nibbles("FFFFFFFF")) == "error")
    #expect(read(PINFrame(.bcd, bells: ["BBBB"]), nibbles("BBBB")) == "bell")
  }

  @Test("A2: numbers of 30, 32 and 34 bits; a wrong check bit is no PIN")
  func numbers() throws {
    let thirty = checked(bits(123_456, 28))
    #expect(read(PINFrame(.number30), thirty) == "123456")
    var wrong = thirty
    wrong[29].toggle()
    #expect(read(PINFrame(.number30), wrong) == "-")
    #expect(read(PINFrame(.number32), bits(4_711, 32)) == "4711")
    #expect(read(PINFrame(.number32), bits(42, 32), 6) == "000042")
    #expect(read(PINFrame(.number32), bits(42, 31)) == "-")
    #expect(read(PINFrame(.number34, facility: 3), try card("H10306", 3, 4_711)) == "4711")
    #expect(read(PINFrame(.number34, facility: 3), try card("H10306", 4, 4_711)) == "-")
  }

  @Test("A2: four bits a digit, filled with F or zeros on either side, or not at all")
  func digits() {
    for text in ["4711", "FFFF4711", "4711FFFF", "FF4711", "4711FFFFFFFF"] {
      #expect(read(PINFrame(.bcd), nibbles(text)) == "4711")
    }
    #expect(read(PINFrame(.bcd), nibbles("0042")) == "0042")
    #expect(read(PINFrame(.bcd), nibbles("0042FFFF")) == "0042")
    #expect(read(PINFrame(.bcd), nibbles("4711FFFF"), 6) == "length")
    #expect(read(PINFrame(.bcd), nibbles("FFFFF471")) == "length")
    #expect(read(PINFrame(.bcd), nibbles("47F11FFF")) == "-")
    #expect(read(PINFrame(.bcd), nibbles("47A1")) == "-")
    #expect(read(PINFrame(.bcdZerosBefore), nibbles("00004711")) == "4711")
    #expect(read(PINFrame(.bcdZerosBefore), nibbles("00000042")) == "0042")
    #expect(read(PINFrame(.bcdZerosBefore), nibbles("00000042"), 6) == "000042")
    #expect(read(PINFrame(.bcdZerosAfter), nibbles("47110000")) == "4711")
    #expect(read(PINFrame(.bcdZerosAfter), nibbles("47000000")) == "4700")
    #expect(read(PINFrame(.bcdZerosAfter), nibbles("47110000"), 6) == "471100")
    #expect(read(PINFrame(.bcdZerosAfter), nibbles("47110000"), 3) == "-")
  }

  @Test("A2: a frame of digits has the length that the settings name, with check bits or without")
  func length() {
    let framed = checked(nibbles("123456"))
    #expect(read(PINFrame(.bcd, bitCount: 26), framed) == "123456")
    #expect(read(PINFrame(.bcd, bitCount: 26), checked(nibbles("1234FF"))) == "1234")
    #expect(read(PINFrame(.bcd), framed) == "-")
    var wrong = framed
    wrong[0].toggle()
    #expect(read(PINFrame(.bcd, bitCount: 26), wrong) == "-")
    #expect(read(PINFrame(.bcd, bitCount: 32), nibbles("4711")) == "-")
    #expect(read(PINFrame(.bcd, bitCount: 16), nibbles("4711")) == "4711")
  }
}
