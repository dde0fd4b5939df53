import CoreModels
import DoorRules
import Testing
import WiegandCodec

/// One card of a format, and the bits that stand for it.
struct WiegandGolden: Sendable, CustomTestStringConvertible {
  var format: String
  var facility: UInt64?
  var card: UInt64
  var issue: UInt64?
  var text: String

  init(_ format: String, _ facility: UInt64?, _ card: UInt64, issue: UInt64? = nil, _ text: String)
  {
    self.format = format
    self.facility = facility
    self.card = card
    self.issue = issue
    self.text = text
  }

  var bits: [Bool] { text.map { $0 == "1" } }
  var candidate: CardCandidate {
    CardCandidate(format: format, facility: facility, card: card, issue: issue)
  }
  var testDescription: String { "\(format) \(card)" }

  /// Not made by this code: the first is made by hand, those with a source are from there, the
  /// others are from another implementation of the published layouts.
  static let all: [WiegandGolden] = [
    // 12 is 00001100, two ones and the card's first four zeros: even, so 0. 345 ends in
    // 000101011001, five ones: odd already, so 0.
    .init("H10301", 12, 345, "0" + "00001100" + "0000000101011001" + "0"),
    .init("H10301", 255, 65535, "01111111111111111111111111"),
    // Civintec CN56 manual, 6.4.3 and 6.4.5.
    .init("H10301", 0xD4, 0x1B81, "1" + "110101000001101110000001" + "0"),
    .init("H10306", 0x89D4, 0x1B81, "1" + "10001001110101000001101110000001" + "1"),
    // accessgrid.com, "Examples of every access control bit format".
    .init("H10301", 42, 69, "10010101000000000010001010"),
    .init("ind26", 42, 69, "10000001010100000010001010"),
    .init("ind27", 42, 69, "000000010101000000001000101"),
    .init("AWID26", 12, 345, "00000110000000001010110010"),
    .init("ind26", 3003, 2748, "11011101110111010101111000"),
    .init("ind27", 8000, 12345, "111110100000011000000111001"),
    .init("ind29", 5555, 54321, "10101101100111101010000110001"),
    .init("ADT31", 7, 1_234_567, "0011100100101101011010000111000"),
    .init("Kantech", 12, 345, "00000000000110000000001010110010"),
    .init("BQT38", 3001, 123_456, issue: 5, "00011110001001000000010101011101110011"),
    .init("Kastle", 171, 51966, issue: 21, "11101011010101111001010111111101"),
    .init("D10202", 101, 11_259_375, "011001011010101111001101111011111"),
    .init("H10306", 43981, 4660, "0101010111100110100010010001101000"),
    .init("N10002", 43981, 4660, "0101010111100110100010010001101000"),
    .init("BQT34", 200, 9_000_001, "0110010001000100101010100010000010"),
    .init("AWID34", 77, 1_234_567, "0010011010001001011010110100001110"),
    .init("C1k35s", 2748, 703_710, "01101010111100101010111100110111100"),
    .init("C1k35s", 1, 1, "11000000000001000000000000000000011"),
    .init("S12906", 171, 11_259_375, issue: 2, "110101011101010101111001101111011111"),
    .init("Sie36", 174_763, 48879, "010101010101010101110111110111011111"),
    .init("H10302", nil, 23_456_789_012, "1101011101100010001000110010000101001"),
    .init("H10304", 43981, 345_678, "1101010111100110110101000110010011101"),
    .init("PW39", 54321, 703_710, "001101010000110001101010111100110111101"),
    .init("P10001", 2748, 51966, "1111101010111100110010101111111001110010"),
    .init("C1k48s", 42069, 42069, "000000001010010001010101000000010100100010101011"),
    .init("C1k48s", 3_000_000, 7_000_001, "101011011100011011000000110101011001111110000011"),
    .init("AWID50", 2001, 13_371_337, "10000011111010001000000001100110000000111110010010"),
    .init(
      "Avig56", 703_710, 9_876_543_210,
      "01010101111001101111010010011001011000000010110111010101"),
  ]
}

@Suite("A1: card formats")
struct WiegandFormatTests {
  @Test("A1: known cards become the known bits, and back", arguments: WiegandGolden.all)
  func golden(_ golden: WiegandGolden) throws {
    let bits = try FormatTable.standard.encode(
      format: golden.format, facility: golden.facility, card: golden.card, issue: golden.issue)
    #expect(bits == golden.bits)
    let table = try #require(FormatTable.standard.selecting([golden.format]))
    #expect(table.candidates(for: golden.bits) == [golden.candidate])
  }

  @Test("A1: every standard format has a known card, a good definition and a name of its own")
  func standardIsWhole() throws {
    let formats = FormatTable.standard.formats
    #expect(Set(formats.map(\.name)) == Set(WiegandGolden.all.map(\.format)))
    #expect(Set(formats.map(\.name)).count == formats.count)
    for format in formats {
      let checked = try WiegandFormat(
        name: format.name, bitCount: format.bitCount, facility: format.facility,
        card: format.card, issue: format.issue, parities: format.parities, fixed: format.fixed)
      #expect(checked == format)
    }
  }

  @Test(
    "A1: random cards come back from their bits",
    arguments: FormatTable.standard.formats.map(\.name))
  func roundTrip(_ name: String) throws {
    let format = try #require(FormatTable.standard.format(named: name))
    var random = Xorshift(seed: UInt64(format.bitCount))
    let table = FormatTable(formats: [format])
    for _ in 0..<200 {
      let card = CardCandidate.random(of: format, using: &random)
      #expect(table.candidates(for: try table.encode(card)) == [card])
    }
  }

  @Test("A1: the default formats have 26, 34, 35 and 37 bits, and each has check bits")
  func defaults() {
    let formats = FormatTable.default.formats
    #expect(formats.map(\.name) == ["H10301", "H10306", "C1k35s", "H10302", "H10304"])
    #expect(formats.allSatisfy { !$0.parities.isEmpty })
  }

  @Test("A1: every format that fits is a candidate, in the order of the table, none by a part")
  func candidates() throws {
    let bits = try FormatTable.default.encode(format: "H10304", facility: 7, card: 9)
    #expect(FormatTable.default.candidates(for: bits).map(\.format) == ["H10302", "H10304"])
    let turned = try #require(FormatTable.default.selecting(["H10304", "H10302"]))
    #expect(turned.candidates(for: bits).map(\.format) == ["H10304", "H10302"])

    let card = try FormatTable.default.encode(format: "H10301", facility: 12, card: 345)
    let table = try #require(FormatTable.standard.selecting(["H10301"]))
    for extra in 1...16 {
      let padding = Array(repeating: false, count: extra)
      #expect(table.candidates(for: padding + card) == [])
      #expect(table.candidates(for: card + padding) == [])
    }
  }

  @Test("A1: a selection keeps its order, drops repeats, and fails on an unknown name")
  func selecting() {
    let standard = FormatTable.standard
    #expect(
      standard.selecting(["PW39", "H10301", "PW39"])?.formats.map(\.name) == ["PW39", "H10301"])
    #expect(standard.selecting(["H10301", "H10399"]) == nil)
    #expect(standard.format(named: "h10301") == nil)
  }

  @Test("A1: numbers that are not of a card of the format are refused by name")
  func encodeErrors() {
    let table = FormatTable.standard
    #expect(throws: EncodeError.unknownFormat("X")) {
      try table.encode(format: "X", facility: 1, card: 1)
    }
    #expect(throws: EncodeError.facilityMissing("H10301")) {
      try table.encode(format: "H10301", facility: nil, card: 1)
    }
    #expect(throws: EncodeError.facilityNotInFormat("H10302")) {
      try table.encode(format: "H10302", facility: 1, card: 1)
    }
    #expect(throws: EncodeError.issueMissing("Kastle")) {
      try table.encode(format: "Kastle", facility: 1, card: 1)
    }
    #expect(throws: EncodeError.issueNotInFormat("H10301")) {
      try table.encode(format: "H10301", facility: 1, card: 1, issue: 1)
    }
    #expect(throws: EncodeError.tooLarge("the facility code", bits: 8)) {
      try table.encode(format: "H10301", facility: 256, card: 1)
    }
    #expect(throws: EncodeError.tooLarge("the card number", bits: 16)) {
      try table.encode(format: "H10301", facility: 1, card: .max)
    }
  }

  @Test("A1: a credential's text has every field and its format; a candidate prints no number")
  func canonical() {
    func text(_ facility: UInt64?, _ issue: UInt64?) -> String {
      CardCandidate(format: "F", facility: facility, card: 345, issue: issue).canonical.reveal()
    }
    #expect(text(12, nil) == "card:F:12:345")
    #expect(text(nil, nil) == "card:F:-:345")
    #expect(text(12, 1) == "card:F:12:345:i1")
    let card = CardCandidate(format: "F", facility: 12, card: 345)
    #expect(!"\(card) \(String(reflecting: card)) \(card.canonical)".contains("345"))
  }

  @Test("A1: a format of an operator's own is read like the others, fixed bits included")
  func ownFormat() throws {
    let own = try WiegandFormat(
      name: "own", bitCount: 8, facility: [2], card: [5, 4, 3],
      parities: [.init(bit: 7, covers: [2, 3, 4, 5], isOdd: true)],
      fixed: [.init(bit: 0, isOne: true), .init(bit: 1, isOne: false), .init(bit: 6, isOne: true)])
    let table = FormatTable(formats: [own])
    var bits = try table.encode(format: "own", facility: 1, card: 0b011)
    #expect(bits == [true, false, true, true, true, false, true, false])
    #expect(table.candidates(for: bits) == [CardCandidate(format: "own", facility: 1, card: 3)])
    for fixed in own.fixed {
      bits[fixed.bit].toggle()
      #expect(table.candidates(for: bits) == [])
      bits[fixed.bit].toggle()
    }
  }

  @Test("A1: a wrong definition is refused with its reason")
  func wrongDefinitions() {
    typealias Parity = WiegandFormat.Parity
    func problem(
      _ name: String = "mine", _ bitCount: Int = 8, facility: [Int] = [1], card: [Int] = [2, 3],
      parities: [Parity] = [], fixed: [WiegandFormat.FixedBit] = []
    ) -> FormatProblem? {
      let made = Result { () throws(FormatProblem) in
        try WiegandFormat(
          name: name, bitCount: bitCount, facility: facility, card: card, parities: parities,
          fixed: fixed)
      }
      if case .failure(let problem) = made { return problem }
      return nil
    }
    #expect(problem() == nil)
    #expect(problem("") == .name(""))
    #expect(problem("a:b") == .name("a:b"))
    #expect(problem("m", 256) == nil && problem("m", 257) == .bitCount(257))
    #expect(problem("m", 0) == .bitCount(0))
    #expect(problem(card: []) == .cardMissing)
    #expect(problem(card: [8]) == .bitOutside(8, bitCount: 8))
    #expect(problem(card: [-1]) == .bitOutside(-1, bitCount: 8))
    #expect(problem(card: [1, 2]) == .bitUsedTwice(1))
    #expect(problem("m", 100, card: Array(2...66)) == .fieldTooLong(bits: 65))
    #expect(problem(fixed: [.init(bit: 3, isOne: true)]) == .bitUsedTwice(3))
    #expect(problem(parities: [Parity(bit: 0, covers: [], isOdd: true)]) == .parity(bit: 0))
    #expect(problem(parities: [Parity(bit: 0, covers: [0, 1], isOdd: true)]) == .parity(bit: 0))
    #expect(problem(parities: [Parity(bit: 0, covers: [1, 1], isOdd: true)]) == .parity(bit: 0))
    #expect(
      problem(parities: [Parity(bit: 0, covers: [9], isOdd: true)])
        == .bitOutside(9, bitCount: 8))
    let first = Parity(bit: 0, covers: [1, 7], isOdd: true)
    let second = Parity(bit: 7, covers: [2], isOdd: true)
    #expect(problem(parities: [first, second]) == .parity(bit: 0))
    #expect(problem(parities: [second, first]) == nil)
  }
}

extension CardCandidate {
  static func random(of format: WiegandFormat, using random: inout Xorshift) -> CardCandidate {
    func number(_ places: [Int]) -> UInt64 {
      random.next() >> UInt64(UInt64.bitWidth - places.count)
    }
    return CardCandidate(
      format: format.name, facility: format.facility.isEmpty ? nil : number(format.facility),
      card: number(format.card), issue: format.issue.isEmpty ? nil : number(format.issue))
  }
}

extension FormatTable {
  func encode(_ card: CardCandidate) throws -> [Bool] {
    try encode(
      format: card.format, facility: card.facility, card: card.card, issue: card.issue)
  }
}
