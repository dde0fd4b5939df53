import CoreModels
import DoorRules
import Testing
import WiegandCodec

/// The check bits of the default formats in the manufacturers' notation: `X` is covered, `E` and
/// `O` are the even and the odd check bit. A second, independent implementation.
enum ParityReference {
  static let masks: [(format: String, masks: [String])] = [
    (
      "H10301",
      [
        "EXXXXXXXXXXXX.............",
        ".............XXXXXXXXXXXXO",
      ]
    ),
    (
      "H10306",
      [
        "EXXXXXXXXXXXXXXXX.................",
        ".................XXXXXXXXXXXXXXXXO",
      ]
    ),
    (
      "C1k35s",
      [
        ".EXX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.",
        ".XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.O",
        "OXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
      ]
    ),
    (
      "H10302",
      [
        "EXXXXXXXXXXXXXXXXXX..................",
        "..................XXXXXXXXXXXXXXXXXXO",
      ]
    ),
    (
      "H10304",
      [
        "EXXXXXXXXXXXXXXXXXX..................",
        "..................XXXXXXXXXXXXXXXXXXO",
      ]
    ),
  ]

  static func fitting(_ text: String) -> [String] {
    masks.filter { entry in
      entry.masks.allSatisfy { mask in
        guard mask.utf8.count == text.utf8.count else { return false }
        let ones = zip(mask.utf8, text.utf8)
          .count { $0 != UInt8(ascii: ".") && $1 == UInt8(ascii: "1") }
        return ones % 2 == (mask.contains("O") ? 1 : 0)
      }
    }.map(\.format)
  }

  static func isLengthKnown(_ bitCount: Int) -> Bool {
    masks.contains { $0.masks[0].utf8.count == bitCount }
  }
}

@Suite("A1: damaged frames")
struct WiegandCorruptionTests {
  private func frame(_ bits: [Bool]) -> WiegandFrame {
    let start = WiegandVerifier.start
    return WiegandFrame(
      bits: bits, startedAt: start,
      endedAt: start.advanced(byMicroseconds: max(bits.count - 1, 0) * 2_000),
      bitIntervalMicroseconds: bits.count > 1 ? 2_000 : 0)
  }

  /// One fault: a bit flipped, lost, doubled, or swapped with the next.
  private func damage(_ bits: inout [Bool], using random: inout Xorshift) {
    guard let place = bits.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bits[place].toggle()
    case 1: bits.remove(at: place)
    case 2: bits.insert(bits[place], at: place)
    default: bits.swapAt(place, min(place + 1, bits.count - 1))
    }
  }

  @Test("A1: of 100,000 damaged frames, none is accepted that its check bits should have caught")
  func hundredThousand() throws {
    var random = Xorshift(seed: 100_000)
    let table = FormatTable.default
    var seen: [FrameFault: Int] = [:]
    for _ in 0..<100_000 {
      let format = table.formats[Int(random.next() % UInt64(table.formats.count))]
      var bits = try table.encode(CardCandidate.random(of: format, using: &random))
      for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&bits, using: &random) }
      let frame = frame(bits)
      let decoded = decode(frame, formats: table, keypad: nil)
      let fitting = ParityReference.fitting(frame.bitText)
      guard decoded.candidates.map(\.format) == fitting else {
        Issue.record("\(bits.count) bits: \(decoded.candidates) but \(fitting) fit")
        return
      }
      if let fault = decoded.fault { seen[fault, default: 0] += 1 }
      let isKnown = ParityReference.isLengthKnown(bits.count)
      let expected: FrameFault? = fitting.isEmpty ? (isKnown ? .parity : .unknownLength) : nil
      guard decoded.fault == expected else {
        Issue.record("\(bits.count) bits: \(decoded) but expected \(expected as FrameFault?)")
        return
      }
    }
    #expect(seen[.parity, default: 0] > 10_000)
    #expect(seen[.unknownLength, default: 0] > 10_000)
  }

  @Test("A1: a 35-bit card that lost an inner bit is never a 34-bit card; a wavering one still is")
  func holes() throws {
    var random = Xorshift(seed: 35)
    var verifier = WiegandVerifier()
    var parityAlone = 0
    for _ in 0..<30 {
      let card = CardCandidate.random(of: FormatTable.default.formats[2], using: &random)
      let bits = try FormatTable.default.encode(card)
      for place in 1..<34 {
        var train = WiegandPulses(bits)
        train.pulses.remove(at: place)
        let captures = verifier.captures(of: train.edges())
        let frame = try #require(captures.first?.frame)
        let decoded = decode(frame, formats: .default, keypad: nil)
        #expect(decoded.candidates == [])
        if decoded.fault == .lostEdge { parityAlone += 1 }
        // Alone, the 34-bit format cannot be the rest of a longer one.
        let alone = try #require(FormatTable.default.selecting(["H10306"]))
        #expect(decode(frame, formats: alone, keypad: nil).fault != .lostEdge)
      }
    }
    #expect(parityAlone > 100, "check bits alone would have passed a quarter of these")

    let bits = try FormatTable.default.encode(format: "H10306", facility: 1, card: 2)
    var train = WiegandPulses(bits)
    for index in train.pulses.indices.dropFirst(17) {
      train.pulses[index].startMicroseconds += 1_400
    }
    let captures = verifier.captures(of: train.edges())
    let frame = try #require(captures.first?.frame)
    #expect(
      decode(frame, formats: .default, keypad: nil).candidates.map(\.format) == ["H10306"])
  }

  @Test("A1: damaged edges never make another card of a 26-bit one")
  func damagedEdges() throws {
    var random = Xorshift(seed: 2_000)
    let table = try #require(FormatTable.default.selecting(["H10301"]))
    for round in 0..<2_000 {
      let card = CardCandidate.random(of: table.formats[0], using: &random)
      var edges = WiegandPulses(try table.encode(card)).edges(counted: round % 2 == 0)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: edges.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: edges.remove(at: place)
        case 1: edges.insert(edges[place], at: place)
        default: edges[place].isActive.toggle()
        }
      }
      var assembler = FrameAssembler()
      let captures =
        edges.flatMap { assembler.handle($0) }
        + assembler.advance(to: edges.last!.at.advanced(byMilliseconds: 500))
      for frame in captures.compactMap(\.frame) {
        let candidates = decode(frame, formats: table, keypad: nil).candidates
        #expect(candidates.isEmpty || candidates == [card])
      }
    }
  }
}

@Suite("A1: storms")
struct WiegandStormTests {
  /// One bit more than a frame has; each is two edges.
  private static let tooMany = WiegandLimits.frameBitsMax + 1

  /// Every element of a value, recursively.
  private func size(of value: Any) -> Int {
    Mirror(reflecting: value).children.reduce(1) { $0 + size(of: $1.value) }
  }

  @Test(
    "A1: a storm of pulses is one tooLong, at once, needs no more memory, and ends with a gap",
    arguments: [150, 2_000, 20_000])
  func pulses(spacing: Int) {
    let storm = WiegandPulses(
      (0..<20_000).map { $0 % 3 == 0 }, spacingMicroseconds: spacing, widthMicroseconds: 50
    ).edges()
    var assembler = FrameAssembler()
    var captures: [Capture] = []
    for edge in storm.prefix(Self.tooMany * 2) { captures += assembler.handle(edge) }
    #expect(captures.map(\.malformed?.fault) == [.tooLong])
    #expect(captures.first?.malformed?.bitCount == Self.tooMany)
    let before = size(of: assembler)
    for edge in storm.dropFirst(Self.tooMany * 2) { captures += assembler.handle(edge) }
    #expect(captures.count == 1)
    #expect(size(of: assembler) <= before)
    #expect(assembler.counters.edges == 40_000)

    let card = WiegandGolden.all[0]
    let end = storm.last!.at.microseconds(since: WiegandVerifier.start) + 150_000
    for edge in WiegandPulses(card.bits).edges() {
      captures += assembler.handle(
        DataEdge(
          line: edge.line, isActive: edge.isActive, at: edge.at.advanced(byMicroseconds: end)))
    }
    captures += assembler.advance(to: storm.last!.at.advanced(byMilliseconds: 2_000))
    #expect(captures.dropFirst().map { $0.frame?.bitText } == [card.text])
  }

  @Test("A1: edges that mean nothing, out of order and miscounted, neither crash nor pile up")
  func nonsense() {
    var random = Xorshift(seed: 4)
    var assembler = FrameAssembler()
    var now = WiegandVerifier.start
    var captures = 0
    for _ in 0..<40_000 {
      let step = Int.random(in: -300...5_000, using: &random)
      let isLeap = random.next() % 500 == 0
      now = now.advanced(byMicroseconds: isLeap ? step * 1_000_000 : step)
      let edge = DataEdge(
        line: random.next() % 2 == 0 ? .data0 : .data1, isActive: random.next() % 2 == 0,
        at: random.next() % 10_000 == 0 ? MonotonicInstant(nanoseconds: .max) : now,
        sequence: random.next() % 3 == 0 ? UInt32.random(in: 0...9, using: &random) : nil)
      let new = assembler.handle(edge)
      captures += new.count
      #expect(new.allSatisfy { ($0.frame?.bits.count ?? 0) <= WiegandLimits.frameBitsMax })
    }
    #expect(captures > 100)
    #expect(size(of: assembler) < 1_000)
  }
}
