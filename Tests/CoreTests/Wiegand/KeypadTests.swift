import DoorRules
import Testing
import WiegandCodec

@Suite("A2: keypads")
struct KeypadTests {
  static let keys: [KeypadKey] =
    (0...9).map { .digit($0) } + [.star, .pound] + (12...15).map { .other($0) }
  static let dialects = KeypadDialect.sent

  private func text(_ bits: [Bool]) -> String { String(bits.map { $0 ? "1" : "0" }) }

  private func decodeBits(_ bits: [Bool], _ dialect: KeypadDialect?) -> DecodedFrame {
    let frame = WiegandFrame(
      bits: bits, startedAt: WiegandVerifier.start, endedAt: WiegandVerifier.start,
      bitIntervalMicroseconds: 2_000)
    return decode(frame, formats: .default, keypad: dialect)
  }

  @Test("A2: keys are sent as the manuals of HID and Rosslare keypads print them")
  func golden() {
    let complement = [
      "11110000", "11100001", "11010010", "11000011", "10110100", "10100101", "10010110",
      "10000111", "01111000", "01101001", "01011010", "01001011", "00111100", "00101101",
      "00011110", "00001111",
    ]
    let nibbles = [
      "0000", "0001", "0010", "0011", "0100", "0101", "0110", "0111", "1000", "1001", "1010",
      "1011", "1100", "1101", "1110", "1111",
    ]
    // Even parity over the first two, odd parity over the last two.
    let six = [
      "000001", "000010", "000100", "000111", "101001", "101010", "101100", "101111", "110001",
      "110010", "110100", "110111", "011001", "011010", "011100", "011111",
    ]
    // ASCII 0x30 to 0x39, 0x2A, 0x23 and 0x41 to 0x44, each with an even number of ones.
    let ascii = [
      "00110000", "10110001", "10110010", "00110011", "10110100", "00110101", "00110110",
      "10110111", "10111000", "00111001", "10101010", "10100011", "01000001", "01000010",
      "11000011", "01000100",
    ]
    func turned(_ text: String) -> String { (text.first == "1" ? "0" : "1") + text.dropFirst() }
    let printed: [KeypadDialect: [String]] = [
      .eightBitComplement: complement, .fourBit: nibbles, .eightBitASCII: ascii,
      .eightBitASCIIOdd: ascii.map(turned), .eightBitASCIIPlain: ascii.map { "0" + $0.dropFirst() },
      .sixBitParity: six, .automatic: nibbles,
    ]
    for dialect in KeypadDialect.allCases {
      let sent = Self.keys.map { text(keypadBits(for: $0, dialect: dialect)) }
      #expect(sent == printed[dialect])
    }
  }

  @Test("A2: every burst there is: each key by its own bits only", arguments: dialects)
  func everyBurst(_ dialect: KeypadDialect) {
    let count = keypadBits(for: .star, dialect: dialect).count
    for value in 0..<(1 << count) {
      let bits = (0..<count).reversed().map { value >> $0 & 1 == 1 }
      let key = Self.keys.first { keypadBits(for: $0, dialect: dialect) == bits }
      let expected: DecodedFrame? = key.map { .key($0) }
      let decoded = decodeBits(bits, dialect)
      if let expected {
        #expect(decoded == expected)
      } else {
        #expect(decoded.fault == .keypadCheck)
      }
    }
  }

  @Test("A2: automatic takes a burst of any dialect, and no burst is two keys")
  func automatic() {
    for dialect in Self.dialects {
      for key in Self.keys.prefix(12) {
        #expect(decodeBits(keypadBits(for: key, dialect: dialect), .automatic) == .key(key))
      }
    }
  }

  @Test("A2: keys as eight bits of ASCII with odd parity, as a keypad was seen to send 1234#")
  func oddParity() {
    let bursts = ["00110001", "00110010", "10110011", "00110100", "00100011"]
    for dialect in [KeypadDialect.eightBitASCIIOdd, .automatic] {
      #expect(
        bursts.map { decodeBits($0.map { $0 == "1" }, dialect) }
          == [.digit(1), .digit(2), .digit(3), .digit(4), .pound].map { .key($0) })
    }
  }

  @Test("A2: any one bit of a checked burst turned round is keypadCheck, never another key")
  func turnedBit() {
    for dialect in [KeypadDialect.eightBitComplement, .eightBitASCII, .eightBitASCIIOdd] {
      for key in Self.keys {
        for place in 0..<8 {
          var bits = keypadBits(for: key, dialect: dialect)
          bits[place].toggle()
          #expect(decodeBits(bits, dialect).fault == .keypadCheck)
        }
      }
    }
  }

  @Test("A2: a burst with a bit lost or doubled is unknownLength, and so is any without a keypad")
  func otherLengths() {
    for dialect in Self.dialects {
      for key in Self.keys {
        let bits = keypadBits(for: key, dialect: dialect)
        #expect(decodeBits(Array(bits.dropLast()), dialect).fault == .unknownLength)
        #expect(decodeBits(bits + [true], dialect).fault == .unknownLength)
        #expect(decodeBits(bits, nil).fault == .unknownLength)
      }
    }
    let eight = keypadBits(for: .pound, dialect: .eightBitComplement)
    #expect(decodeBits(eight, .fourBit).fault == .unknownLength)
    #expect(
      decodeBits(keypadBits(for: .pound, dialect: .fourBit), .eightBitASCII).fault
        == .unknownLength)
  }

  @Test("A2: cards are read at a reader with a keypad too")
  func card() throws {
    let bits = try FormatTable.default.encode(format: "H10301", facility: 12, card: 345)
    for dialect in KeypadDialect.allCases {
      #expect(decodeBits(bits, dialect).candidates.map(\.format) == ["H10301"])
    }
  }

  @Test(
    "A2: typing, from as fast as a hand can to as slow as it likes, is key for key",
    arguments: dialects, [30, 80, 250, 4_000])
  func typing(_ dialect: KeypadDialect, pauseMilliseconds: Int) {
    var verifier = WiegandVerifier()
    for spacing in [500, 1_000, 2_000] {
      var edges: [DataEdge] = []
      var at = WiegandVerifier.start
      for key in Self.keys {
        let burst = pulses(
          for: keypadBits(for: key, dialect: dialect), startingAt: at, widthMicroseconds: 50,
          spacingMicroseconds: spacing)
        edges += burst
        at = burst.last!.at.advanced(byMilliseconds: pauseMilliseconds)
      }
      let captures = verifier.captures(of: edges)
      let typed = captures.compactMap(\.frame).map {
        decode($0, formats: .default, keypad: dialect)
      }
      #expect(typed == Self.keys.map { .key($0) })
    }
  }

  @Test("A2: a key prints without its digit, and a frame without its bits")
  func redacted() {
    #expect("\(KeypadKey.digit(7)) \(String(reflecting: KeypadKey.digit(7)))" == "digit digit")
    let frame = WiegandFrame(
      bits: [false, true, true, true], startedAt: WiegandVerifier.start,
      endedAt: WiegandVerifier.start, bitIntervalMicroseconds: 2_000)
    #expect("\(frame)" == "4 bits")
    var text = ""
    dump(frame, to: &text)
    dump(decode(frame, formats: .default, keypad: .fourBit), to: &text)
    #expect(!text.contains("true") && !text.contains("7"))
  }
}
