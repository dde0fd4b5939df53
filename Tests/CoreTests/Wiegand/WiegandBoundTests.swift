import DoorRules
import Testing

@testable import WiegandCodec

@Suite("A1 A2: what the codec does at its bounds")
struct WiegandBoundTests {
  private static let start = MonotonicInstant(nanoseconds: 5_000_000_000)

  private func bits(_ value: UInt64, _ count: Int) -> [Bool] {
    (0..<count).reversed().map { value >> UInt64($0) & 1 == 1 }
  }

  // MARK: Formats

  /// Masks as published, first bit most significant: which bits of a frame a check bit covers.
  private static let masks: [(format: String, bitCount: Int, bit: Int, covers: UInt64)] = [
    ("C1k48s", 48, 1, 0x1B6D_B6DB_6DB6), ("C1k48s", 48, 47, 0x36DB_6DB6_DB6C),
    ("Sie36", 36, 0, 0x5_B6DB_6DB6), ("Sie36", 36, 35, 0x6_DB6D_B6DA),
  ]

  @Test("A1: each bit of a number turns the check bits whose mask has it, and no other")
  func masks() throws {
    for mask in Self.masks {
      let format = try #require(
        FormatTable.standard.formats.first { $0.name == mask.format })
      #expect(format.bitCount == mask.bitCount)
      func checkBit(facility: UInt64, card: UInt64) throws -> Bool {
        try FormatTable.standard.encode(format: mask.format, facility: facility, card: card)[
          mask.bit]
      }
      let covers = bits(mask.covers, mask.bitCount)
      let resting = try checkBit(facility: 0, card: 0)
      for (index, place) in format.card.reversed().enumerated() {
        #expect((try checkBit(facility: 0, card: 1 << UInt64(index)) != resting) == covers[place])
      }
      for (index, place) in format.facility.reversed().enumerated() {
        #expect((try checkBit(facility: 1 << UInt64(index), card: 0) != resting) == covers[place])
      }
    }
  }

  private func frame(_ text: String, interval: Int = 2_000, longestGap: Int? = nil) -> WiegandFrame
  {
    WiegandFrame(
      bits: text.map { $0 == "1" }, startedAt: Self.start, endedAt: Self.start,
      bitIntervalMicroseconds: interval, longestGapMicroseconds: longestGap)
  }

  /// A card of format H10301.
  private static let card = "00000110000000001010110010"

  @Test(
    "A1: the frame itself, as a credential, is its length and its bits by fours, first bit first")
  func raw() {
    guard case .card(_, let raw) = decode(frame(Self.card), formats: .default, keypad: nil) else {
      Issue.record("no card")
      return
    }
    #expect(raw.reveal() == "raw:26:0600ac8")
  }

  @Test("A1: a pause of 1.75 intervals may be a lost bit, if a format one bit longer is enabled")
  func hole() {
    for (interval, gap, isCard) in [
      (1_000, 1_749, true), (1_000, 1_750, false), (2_000, 3_499, true), (2_000, 3_500, false),
      (1, 2, false), (0, 0, true),
    ] {
      let frame = frame(Self.card, interval: interval, longestGap: gap)
      if case .card = decode(frame, formats: .standard, keypad: nil) {
        #expect(isCard, "\(interval) \(gap)")
      } else {
        #expect(!isCard, "\(interval) \(gap)")
      }
    }
  }

  @Test("A1: a definition is good up to its limits: a name of 32 characters, numbers of 64 bits")
  func definitions() {
    typealias Parity = WiegandFormat.Parity
    func problem(
      _ name: String = "m", _ bitCount: Int = 8, card: [Int] = [2, 3], issue: [Int] = [],
      parities: [Parity] = []
    ) -> FormatProblem? {
      let made = Result { () throws(FormatProblem) in
        try WiegandFormat(
          name: name, bitCount: bitCount, facility: [1], card: card, issue: issue,
          parities: parities)
      }
      if case .failure(let problem) = made { return problem }
      return nil
    }
    let long = String(repeating: "m", count: 32)
    #expect(problem(long) == nil && problem(long + "m") == .name(long + "m"))
    #expect(problem("m", 100, card: Array(2...65)) == nil)
    #expect(problem(issue: [3]) == .bitUsedTwice(3) && problem(issue: [4]) == nil)
    #expect(
      problem(parities: [Parity(bit: 3, covers: [1], isOdd: true)]) == .bitUsedTwice(3))
    #expect(
      problem(parities: [Parity(bit: 0, covers: [8], isOdd: true)])
        == .bitOutside(8, bitCount: 8))
  }

  // MARK: Keypads

  @Test("A2: a digit that does not exist has the code of its last decimal place")
  func codes() {
    #expect(([9, 10, 19] as [UInt8]).map { KeypadKey.digit($0).code } == [9, 0, 9])
  }

  @Test(
    "A2: which layouts have a facility code, which send digits, and what length their frames have")
  func layouts() {
    #expect(PINFrameLayout.allCases.filter(\.hasFacility) == [.number26, .number34])
    #expect(
      PINFrameLayout.allCases.filter(\.isDigits) == [.bcd, .bcdZerosBefore, .bcdZerosAfter])
    func taken(_ frame: PINFrame) -> [Int] { (0...80).filter { frame.takes(bitCount: $0) } }
    #expect(taken(PINFrame()) == [26] && taken(PINFrame(.number30)) == [30])
    #expect(taken(PINFrame(.bcd)) == Array(stride(from: 16, through: 64, by: 4)))
    #expect(taken(PINFrame(.bcd, bitCount: 26)) == [26])
  }

  @Test("A2: the check bits of a frame of digits each check a half of it")
  func halves() {
    // The third digit of six alone makes the first half odd.
    let digits = bits(0x12_1456, 24)
    let first = digits.prefix(12).count { $0 } % 2 == 1
    let last = digits.suffix(12).count { $0 } % 2 == 0
    let frame = PINFrame(.bcd, bitCount: 26)
    #expect(frame.read([first] + digits + [last], fixedLength: nil) == .pin(Secret("121456")))
    #expect(frame.read([!first] + digits + [last], fixedLength: nil) == nil)
    #expect(frame.read([first] + digits + [!last], fixedLength: nil) == nil)
  }

  @Test("A2: what could be a PIN: up to ten digits without a facility code, or digits of four bits")
  func couldBePINs() {
    func could(_ facility: UInt64?, _ card: UInt64) -> Bool {
      couldBePIN(
        bits(0, 27), [CardCandidate(format: "f", facility: facility, card: card, issue: nil)])
    }
    #expect(could(nil, 9_999_999_999) && could(0, 9_999_999_999))
    #expect(!could(nil, 10_000_000_000) && !could(0, 10_000_000_000) && !could(1, 1))
    #expect(couldBePIN(bits(0x1239, 16), []) && !couldBePIN(bits(0x12A9, 16), []))
    // Nobody knows what check bits an unknown keypad has.
    for ends in [(false, false), (false, true), (true, false), (true, true)] {
      #expect(couldBePIN([ends.0] + bits(0x123456, 24) + [ends.1], []))
    }
  }

  // MARK: Capture

  @Test("A1: the times of a reader of which nothing is said, and the wait after its first bits")
  func timing() {
    let timing = CaptureTiming()
    #expect(
      timing
        == CaptureTiming(
          minPulseMicroseconds: 10, shortestIntervalMicroseconds: 150, gapBitTimes: 3,
          gapFloorMilliseconds: 5, gapCapMilliseconds: 100))
    #expect(
      [0, 1, 2_000, 90_000].map { timing.quietMicroseconds(longestGapMicroseconds: $0) }
        == [100_000, 5_000, 6_000, 100_000])
  }

  @Test("A1: a single bit has no time to the next: 0, whether it is complete or broken off")
  func singleBit() {
    func assembler() -> FrameAssembler {
      var assembler = FrameAssembler(timing: CaptureTiming())
      for edge in pulses(
        for: [true], startingAt: Self.start, widthMicroseconds: 100, spacingMicroseconds: 2_000)
      {
        _ = assembler.handle(edge)
      }
      return assembler
    }
    var whole = assembler()
    guard
      case .frame(let frame)? = whole.advance(to: Self.start.advanced(byMilliseconds: 200)).first
    else {
      Issue.record("no frame")
      return
    }
    #expect(frame.bits == [true] && frame.bitIntervalMicroseconds == 0)
    #expect(frame.shortestGapMicroseconds == 0 && frame.longestGapMicroseconds == 0)
    var broken = assembler()
    guard
      case .malformed(let malformed)? = broken.loseEdges(at: Self.start.advanced(byMilliseconds: 1))
        .first
    else {
      Issue.record("nothing is malformed")
      return
    }
    #expect(malformed.shortestGapMicroseconds == 0 && malformed.longestGapMicroseconds == 0)
  }
}
