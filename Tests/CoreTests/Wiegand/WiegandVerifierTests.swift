import CoreModels
import DoorRules
import Testing
import WiegandCodec

/// Feeds the same edges to assemblers in every way that time allows, and expects the same of each:
/// as fast as they come; with time passing in drips, deadline by deadline; and a second time after
/// a pause, which shows what the first time left behind.
struct WiegandVerifier {
  static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
  var timing = CaptureTiming()
  var random = Xorshift(seed: 26)

  /// The captures of the edges, once every way agrees.
  mutating func captures(
    of edges: [DataEdge], sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Capture] {
    var assembler = FrameAssembler(timing: timing)
    let whole = feedWhole(edges, to: &assembler)
    #expect(assembler.nextDeadline == nil, "not clean at the end", sourceLocation: sourceLocation)
    var dripped = FrameAssembler(timing: timing)
    let drips = feedInDrips(edges, to: &dripped, sourceLocation)
    #expect(drips == whole, "drips give something else", sourceLocation: sourceLocation)
    #expect(dripped.counters == assembler.counters, sourceLocation: sourceLocation)
    let again = feedWhole(edges.map { $0.later(in: edges) }, to: &assembler)
    #expect(
      again.map(\.withoutTime) == whole.map(\.withoutTime), "the first time left something behind",
      sourceLocation: sourceLocation)
    return whole
  }

  private func feedWhole(_ edges: [DataEdge], to assembler: inout FrameAssembler) -> [Capture] {
    var captures = edges.flatMap { assembler.handle($0) }
    if let last = edges.last {
      captures += assembler.advance(to: last.at.advanced(byMilliseconds: 1_000))
    }
    return captures
  }

  private mutating func feedInDrips(
    _ edges: [DataEdge], to assembler: inout FrameAssembler, _ sourceLocation: SourceLocation
  ) -> [Capture] {
    var captures: [Capture] = []
    var now = edges.first?.at ?? Self.start
    func pass(to end: MonotonicInstant, _ random: inout Xorshift) {
      while let deadline = assembler.nextDeadline, deadline <= end {
        let before = MonotonicInstant(nanoseconds: max(deadline.nanoseconds, 1) - 1)
        #expect(
          assembler.advance(to: before) == [], "decided before its deadline",
          sourceLocation: sourceLocation)
        captures += assembler.advance(to: deadline)
        #expect(
          assembler.nextDeadline == nil, "not decided at its deadline",
          sourceLocation: sourceLocation)
      }
      if end > now {
        let between = UInt64.random(in: now.nanoseconds...end.nanoseconds, using: &random)
        captures += assembler.advance(to: MonotonicInstant(nanoseconds: between))
        now = end
      }
    }
    for edge in edges {
      pass(to: edge.at, &random)
      captures += assembler.handle(edge)
    }
    pass(to: now.advanced(byMilliseconds: 1_000), &random)
    return captures
  }
}

extension DataEdge {
  /// The same edge when all of `edges` come once more, two seconds after the last.
  fileprivate func later(in edges: [DataEdge]) -> DataEdge {
    guard let first = edges.first, let last = edges.last else { return self }
    let pause = last.at.microseconds(since: first.at) + 2_000_000
    let counts = edges.filter { $0.line == line }.compactMap(\.sequence)
    let added = (counts.last ?? 0) &- (counts.first ?? 0) &+ 1
    return DataEdge(
      line: line, isActive: isActive, at: at.advanced(byMicroseconds: pause),
      sequence: sequence.map { $0 &+ added })
  }
}

extension Capture {
  fileprivate var withoutTime: Capture {
    let zero = MonotonicInstant(nanoseconds: 0)
    switch self {
    case .frame(var frame):
      frame.startedAt = zero
      frame.endedAt = zero
      return .frame(frame)
    case .malformed(var malformed):
      malformed.at = zero
      return .malformed(malformed)
    }
  }

  var frame: WiegandFrame? { if case .frame(let frame) = self { frame } else { nil } }
  var malformed: MalformedFrame? {
    if case .malformed(let malformed) = self { malformed } else { nil }
  }
}

extension DecodedFrame {
  var fault: FrameFault? { if case .malformed(let frame) = self { frame.fault } else { nil } }
  var candidates: [CardCandidate] {
    if case .card(let candidates, _) = self { candidates } else { [] }
  }
}

/// Pulses of a reader, with the faults that can occur on the wire.
struct WiegandPulses {
  struct Pulse {
    var bit: Bool
    var startMicroseconds: Int
    var widthMicroseconds: Int
  }
  var pulses: [Pulse]

  init(_ bits: [Bool], spacingMicroseconds: Int = 2_000, widthMicroseconds: Int = 100) {
    pulses = bits.enumerated().map { index, bit in
      Pulse(
        bit: bit, startMicroseconds: index * spacingMicroseconds,
        widthMicroseconds: widthMicroseconds)
    }
  }

  /// The edges in order. With `counted`, each line counts its own.
  func edges(counted: Bool = false) -> [DataEdge] {
    var edges: [DataEdge] = pulses.flatMap { pulse in
      [(true, pulse.startMicroseconds), (false, pulse.startMicroseconds + pulse.widthMicroseconds)]
        .map { isActive, at in
          DataEdge(
            line: pulse.bit ? .data1 : .data0, isActive: isActive,
            at: WiegandVerifier.start.advanced(byMicroseconds: at))
        }
    }
    edges.sort { $0.at < $1.at }
    guard counted else { return edges }
    var counts: [DataEdge.Line: UInt32] = [:]
    for index in edges.indices {
      counts[edges[index].line, default: 0] += 1
      edges[index].sequence = counts[edges[index].line]
    }
    return edges
  }
}

@Suite("A1: frames however they are fed")
struct WiegandVerifierTests {
  /// Every checked format alone, so that no other format fits a damaged frame.
  static let checked = FormatTable.standard.formats.filter { !$0.parities.isEmpty }.map(\.name)

  private func card(_ name: String) throws -> (table: FormatTable, card: WiegandGolden) {
    let table = try #require(FormatTable.standard.selecting([name]))
    return (table, try #require(WiegandGolden.all.last { $0.format == name }))
  }

  private func decodeOnly(_ captures: [Capture], _ table: FormatTable) throws -> DecodedFrame {
    #expect(captures.count == 1)
    return decode(try #require(captures.first?.frame), formats: table, keypad: nil)
  }

  @Test("A1: whole frames, at every speed that readers have", arguments: checked)
  func everySpeed(_ name: String) throws {
    let (table, card) = try card(name)
    var verifier = WiegandVerifier()
    for spacing in [200, 500, 1_000, 2_000, 5_000, 20_000] {
      for counted in [true, false] {
        let edges = WiegandPulses(card.bits, spacingMicroseconds: spacing).edges(counted: counted)
        let captures = verifier.captures(of: edges)
        let frame = try #require(captures.first?.frame)
        #expect(frame.bitText == card.text)
        #expect(frame.bitIntervalMicroseconds == spacing)
        #expect(frame.startedAt == edges.first?.at)
        #expect(frame.endedAt == edges.dropLast().last?.at)
        #expect(try decodeOnly(captures, table).candidates == [card.candidate])
      }
    }
  }

  @Test("A1: a reader that wavers by 30 % is understood", arguments: checked)
  func jitter(_ name: String) throws {
    let (table, card) = try card(name)
    var verifier = WiegandVerifier()
    var random = Xorshift(seed: 30)
    for _ in 0..<20 {
      var train = WiegandPulses(card.bits)
      var at = 0
      var gaps: [Int] = []
      for index in train.pulses.indices {
        train.pulses[index].startMicroseconds = at
        train.pulses[index].widthMicroseconds = Int.random(in: 20...200, using: &random)
        gaps.append(Int.random(in: 1_400...2_600, using: &random))
        at += gaps[index]
      }
      let captures = verifier.captures(of: train.edges())
      let sorted = gaps.dropLast().sorted()
      let frame = try #require(captures.first?.frame)
      #expect(frame.bitIntervalMicroseconds == sorted[sorted.count / 2])
      #expect(frame.shortestGapMicroseconds == sorted.first)
      #expect(frame.longestGapMicroseconds == sorted.last)
      #expect(try decodeOnly(captures, table).candidates == [card.candidate])
    }
  }

  @Test("A1: any one bit lost is unknownLength, with one bit less", arguments: checked)
  func lostBit(_ name: String) throws {
    let (table, card) = try card(name)
    var verifier = WiegandVerifier()
    for place in card.bits.indices {
      var train = WiegandPulses(card.bits)
      train.pulses.remove(at: place)
      let decoded = try decodeOnly(verifier.captures(of: train.edges()), table)
      #expect(decoded.fault == .unknownLength)
    }
  }

  @Test("A1: any one bit doubled is unknownLength, or impossibleGap if at once", arguments: checked)
  func doubledBit(_ name: String) throws {
    let (table, card) = try card(name)
    var verifier = WiegandVerifier()
    for place in card.bits.indices {
      var train = WiegandPulses(card.bits)
      var echo = train.pulses[place]
      echo.startMicroseconds += 1_000
      train.pulses.insert(echo, at: place + 1)
      let decoded = try decodeOnly(verifier.captures(of: train.edges()), table)
      #expect(decoded.fault == .unknownLength)

      train.pulses[place].widthMicroseconds = 40
      train.pulses[place + 1].startMicroseconds -= 950
      let bounced = verifier.captures(of: train.edges())
      #expect(bounced.map(\.malformed?.fault) == [.impossibleGap])
    }
  }

  @Test("A1: any one bit turned round is parity", arguments: checked)
  func turnedBit(_ name: String) throws {
    let (table, card) = try card(name)
    var verifier = WiegandVerifier()
    for place in card.bits.indices {
      var bits = card.bits
      bits[place].toggle()
      let decoded = try decodeOnly(
        verifier.captures(of: WiegandPulses(bits).edges()), table)
      #expect(decoded.fault == .parity)
    }
  }

  @Test("A1: glitches shorter than a pulse change nothing and are counted", arguments: checked)
  func glitches(_ name: String) throws {
    let (table, card) = try card(name)
    var verifier = WiegandVerifier()
    // Between two pulses; inside a pulse of the other line; over its end; over its beginning.
    for offset in [1_000, 50, 97, -5] {
      for place in card.bits.indices {
        var train = WiegandPulses(card.bits)
        let pulse = train.pulses[place]
        train.pulses.append(
          .init(
            bit: !pulse.bit, startMicroseconds: pulse.startMicroseconds + offset,
            widthMicroseconds: 6))
        let captures = verifier.captures(of: train.edges(counted: true))
        #expect(try decodeOnly(captures, table).candidates == [card.candidate])
      }
    }
  }
}
