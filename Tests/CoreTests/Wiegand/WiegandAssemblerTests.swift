import DoorRules
import Testing
import WiegandCodec

@Suite("A1: pulses to frames")
struct WiegandAssemblerTests {
  static let card = WiegandGolden.all[0]

  private func faults(_ edges: [DataEdge]) -> [FrameFault?] {
    var verifier = WiegandVerifier()
    return verifier.captures(of: edges).map(\.malformed?.fault)
  }

  @Test("A1: one bit dropped, one added, one parity bit flipped: three named faults and no card")
  func threeFaults() throws {
    var flipped = Self.card.bits
    flipped[0].toggle()
    let damaged = [Array(Self.card.bits.dropLast()), Self.card.bits + [true], flipped]
    let decoded = damaged.map { bits in
      var verifier = WiegandVerifier()
      let captures = verifier.captures(of: WiegandPulses(bits).edges())
      return captures.compactMap(\.frame).map {
        decode($0, formats: .default, keypad: .automatic)
      }
    }
    #expect(decoded.map { $0.map(\.fault) } == [[.unknownLength], [.unknownLength], [.parity]])
    let details = decoded.flatMap { $0 }.compactMap { frame -> String? in
      if case .malformed(let malformed) = frame { malformed.detail } else { nil }
    }
    #expect(
      details == [
        "25 bits: no enabled format has this length",
        "27 bits: no enabled format has this length",
        "26 bits: check bits fit no enabled format (H10301)",
      ])
  }

  @Test(
    "A1: the gap is three bit intervals, at least 5 ms, at most 100 ms",
    arguments: [(200, 5_000), (1_000, 5_000), (2_000, 6_000), (20_000, 60_000), (40_000, 100_000)])
  func gap(spacing: Int, quiet: Int) {
    var assembler = FrameAssembler()
    let edges = WiegandPulses(Self.card.bits, spacingMicroseconds: spacing).edges()
    for edge in edges { #expect(assembler.handle(edge) == []) }
    let last = edges[edges.count - 2].at
    #expect(assembler.nextDeadline == last.advanced(byMicroseconds: quiet))
  }

  @Test("A1: the second bit sets the speed as soon as it begins")
  func secondBit() {
    var assembler = FrameAssembler()
    let edges = WiegandPulses([true, true]).edges()
    for edge in edges.prefix(3) { #expect(assembler.handle(edge) == []) }
    #expect(assembler.nextDeadline == edges[2].at.advanced(byMicroseconds: 6_000))
  }

  @Test("A1: one edge with an impossible stamp is forgotten with its frame")
  func impossibleStamp() {
    for isActive in [true, false] {
      var assembler = FrameAssembler()
      let end = MonotonicInstant(nanoseconds: .max)
      var captures = assembler.handle(DataEdge(line: .data0, isActive: true, at: end))
      captures += assembler.handle(DataEdge(line: .data0, isActive: isActive, at: end))
      for round in 1...3 {
        for edge in WiegandPulses(Self.card.bits).edges() {
          captures += assembler.handle(
            DataEdge(
              line: edge.line, isActive: edge.isActive,
              at: edge.at.advanced(byMilliseconds: round * 1_000)))
        }
      }
      captures += assembler.advance(to: WiegandVerifier.start.advanced(byMilliseconds: 9_000))
      #expect(captures.suffix(2).map { $0.frame?.bitText } == [Self.card.text, Self.card.text])
    }
  }

  @Test("A1: after the first bit, the slowest reader is waited for")
  func firstBit() {
    var assembler = FrameAssembler()
    #expect(assembler.nextDeadline == nil)
    let edges = WiegandPulses([true]).edges()
    for edge in edges { #expect(assembler.handle(edge) == []) }
    #expect(assembler.nextDeadline == edges[0].at.advanced(byMilliseconds: 100))
    let captures = assembler.advance(to: edges[0].at.advanced(byMilliseconds: 100))
    #expect(captures.map { $0.frame?.bitText } == ["1"])
    #expect(assembler.nextDeadline == nil)
  }

  @Test("A1: ends of pulses that are not seen lose no bit, one by one and altogether")
  func lostEnds() {
    let edges = WiegandPulses(Self.card.bits).edges()
    for index in edges.indices where !edges[index].isActive {
      var rest = edges
      rest.remove(at: index)
      var verifier = WiegandVerifier()
      #expect(verifier.captures(of: rest).map { $0.frame?.bitText } == [Self.card.text])
    }
    for spacing in [200, 2_000, 20_000] {
      let beginnings = WiegandPulses(Self.card.bits, spacingMicroseconds: spacing).edges()
        .filter(\.isActive)
      var verifier = WiegandVerifier()
      #expect(verifier.captures(of: beginnings).map { $0.frame?.bitText } == [Self.card.text])
    }
  }

  @Test("A1: a beginning that is not seen is lostEdge; the very first leaves 25 bits")
  func lostBeginnings() {
    let edges = WiegandPulses(Self.card.bits).edges()
    for index in edges.indices where edges[index].isActive {
      var rest = edges
      rest.remove(at: index)
      var assembler = FrameAssembler()
      let captures =
        rest.flatMap { assembler.handle($0) }
        + assembler.advance(to: edges.last!.at.advanced(byMilliseconds: 200))
      #expect(captures.count == 1)
      #expect(captures.first?.malformed?.fault == (index == 0 ? nil : .lostEdge))
      #expect(captures.first?.frame?.bits.count == (index == 0 ? 25 : nil))
    }
  }

  @Test("A1: an end taken for a beginning, or a beginning for an end, is never a bit")
  func misreadEdges() {
    let edges = WiegandPulses(Self.card.bits).edges()
    for index in edges.indices {
      var misread = edges
      misread[index].isActive.toggle()
      // Before the very first edge the line may have been held.
      guard index > 0 else { continue }
      #expect(faults(misread) == [edges[index].isActive ? .lostEdge : .impossibleGap])
    }
  }

  @Test("A1: a hole in the kernel's count of edges is lostEdge, wherever it is, also at its wrap")
  func sequence() {
    let edges = WiegandPulses(Self.card.bits).edges(counted: true)
    #expect(faults(edges) == [nil])
    for first: UInt32 in [0, .max - 20] {
      let counted = edges.map { edge in
        var edge = edge
        edge.sequence = edge.sequence.map { $0 &+ first }
        return edge
      }
      #expect(faults(counted) == [nil])
      for index in counted.indices {
        var rest = counted
        let lost = rest.remove(at: index)
        // At the ends of a line's edges no hole is visible.
        let line = counted.filter { $0.line == lost.line }
        guard lost != line.first, lost != line.last else { continue }
        #expect(faults(rest) == [.lostEdge])
      }
    }
    var repeated = edges
    repeated[10].sequence = edges[8].sequence
    #expect(faults(repeated) == [.lostEdge])
  }

  @Test("A1: both lines active at once is bothLinesActive, whichever way the pulses overlap")
  func bothLines() {
    for (offset, width) in [(0, 100), (20, 40), (60, 100), (-60, 100), (-20, 200), (80, 20)] {
      for place in 1..<25 {
        var train = WiegandPulses(Self.card.bits)
        let pulse = train.pulses[place]
        train.pulses.append(
          .init(
            bit: !pulse.bit, startMicroseconds: pulse.startMicroseconds + offset,
            widthMicroseconds: width))
        #expect(faults(train.edges()) == [.bothLinesActive])
      }
    }
    // Held through the next bit: only the overlap is wrong.
    var held = WiegandPulses(Self.card.bits)
    let index = held.pulses.indices.first { held.pulses[$0].bit != held.pulses[$0 + 1].bit }!
    held.pulses[index].widthMicroseconds = 2_050
    #expect(faults(held.edges()) == [.bothLinesActive])
  }

  @Test("A1: a line held from one frame into the next spoils the next")
  func heldLine() {
    var assembler = FrameAssembler()
    let start = WiegandVerifier.start
    var captures = assembler.handle(DataEdge(line: .data0, isActive: true, at: start))
    let later = WiegandPulses(Array(repeating: true, count: 26)).edges().map {
      DataEdge(line: $0.line, isActive: $0.isActive, at: $0.at.advanced(byMilliseconds: 500))
    }
    for edge in later { captures += assembler.handle(edge) }
    let release = later.last!.at.advanced(byMilliseconds: 1)
    captures += assembler.handle(DataEdge(line: .data0, isActive: false, at: release))
    captures += assembler.advance(to: release.advanced(byMilliseconds: 100))
    #expect(captures.map(\.malformed?.fault) == [nil, .bothLinesActive])
    #expect(captures.first?.frame?.bits.count == 1)
  }

  @Test("A1: a line held, and released when nothing is under way, is one bit and no more")
  func releasedLater() {
    var assembler = FrameAssembler()
    let edges = WiegandPulses(Self.card.bits).edges()
    var captures = edges.dropLast().flatMap { assembler.handle($0) }
    for round in 1...2 {
      let ones = WiegandPulses([true, true, true]).edges()
      for edge in ones {
        let at = edge.at.advanced(byMilliseconds: round * 500)
        captures += assembler.handle(
          DataEdge(line: edge.line, isActive: edge.isActive, at: at))
      }
    }
    let release = edges.last!.at.advanced(byMilliseconds: 2_000)
    captures += assembler.handle(DataEdge(line: .data0, isActive: false, at: release))
    captures += assembler.advance(to: release.advanced(byMilliseconds: 200))
    #expect(captures.map { $0.frame?.bits.count } == [26, 3, 3])
  }

  @Test("A1: edges out of their order are malformed")
  func outOfOrder() {
    let edges = WiegandPulses(Self.card.bits).edges()
    for index in stride(from: 4, to: edges.count - 4, by: 2) {
      var mixed = edges
      mixed.swapAt(index, index + 2)
      mixed.swapAt(index + 1, index + 3)
      var assembler = FrameAssembler()
      let captures =
        mixed.flatMap { assembler.handle($0) }
        + assembler.advance(to: edges.last!.at.advanced(byMilliseconds: 200))
      #expect(captures.map { $0.malformed != nil } == [true])
    }
  }

  @Test("A1: a frame decided before its rest was delivered: the rest is no frame")
  func lateDelivery() {
    let edges = WiegandPulses(Self.card.bits).edges()
    var assembler = FrameAssembler()
    var captures = edges.prefix(20).flatMap { assembler.handle($0) }
    captures += assembler.advance(to: edges[19].at.advanced(byMilliseconds: 50))
    for edge in edges.dropFirst(20) { captures += assembler.handle(edge) }
    captures += assembler.advance(to: edges.last!.at.advanced(byMilliseconds: 200))
    #expect(captures.map { $0.frame?.bits.count } == [10, nil])
    #expect(captures.last?.malformed?.fault == .lostEdge)
  }

  @Test("A1: after edges were lost on their way, nothing counts until a gap")
  func lostOnTheWay() {
    for cut in [0, 1, 7, 20, 51] {
      let edges = WiegandPulses(Self.card.bits).edges()
      var assembler = FrameAssembler()
      var captures = edges.prefix(cut).flatMap { assembler.handle($0) }
      captures += assembler.loseEdges(at: edges[cut].at)
      for edge in edges.dropFirst(cut + 3) { captures += assembler.handle(edge) }
      captures += assembler.advance(to: edges.last!.at.advanced(byMilliseconds: 200))
      #expect(captures.map(\.malformed?.fault) == (cut == 0 ? [] : [.lostEdge]))
      let again = edges.map {
        DataEdge(line: $0.line, isActive: $0.isActive, at: $0.at.advanced(byMilliseconds: 900))
      }
      var whole = again.flatMap { assembler.handle($0) }
      whole += assembler.advance(to: again.last!.at.advanced(byMilliseconds: 200))
      #expect(whole.map { $0.frame?.bitText } == [Self.card.text])
    }
  }

  @Test("A1: after edges were lost on their way, the kernel's count may go on from anywhere")
  func lostCounts() {
    let edges = WiegandPulses(Self.card.bits).edges(counted: true)
    var assembler = FrameAssembler()
    var captures = edges.prefix(9).flatMap { assembler.handle($0) }
    captures += assembler.loseEdges(at: edges[8].at)
    for edge in edges {
      captures += assembler.handle(
        DataEdge(
          line: edge.line, isActive: edge.isActive, at: edge.at.advanced(byMilliseconds: 900),
          sequence: edge.sequence.map { $0 + 500 }))
    }
    captures += assembler.advance(to: edges.last!.at.advanced(byMilliseconds: 2_000))
    #expect(captures.map(\.malformed?.fault) == [.lostEdge, nil])
    #expect(captures.last?.frame?.bitText == Self.card.text)
  }

  @Test(
    "A1: a pulse stamped before the one before it makes its frame malformed, however short gaps may be"
  )
  func backwards() {
    // Found by the fuzzer; with the usual shortest interval the gap alone shows it.
    var assembler = FrameAssembler(
      timing: CaptureTiming(minPulseMicroseconds: 0, shortestIntervalMicroseconds: 0))
    let first = WiegandVerifier.start.advanced(byMilliseconds: 700)
    var captures = assembler.handle(DataEdge(line: .data0, isActive: true, at: first))
    captures += assembler.handle(
      DataEdge(line: .data0, isActive: true, at: WiegandVerifier.start))
    captures += assembler.advance(to: first.advanced(byMilliseconds: 2_000))
    #expect(captures.map(\.malformed?.fault) == [.impossibleGap])
  }

  @Test("A1: counters tell frames, faults, noise and edges")
  func counters() {
    var train = WiegandPulses(Self.card.bits)
    train.pulses.append(.init(bit: true, startMicroseconds: 1_000, widthMicroseconds: 5))
    train.pulses.append(.init(bit: true, startMicroseconds: 900_000, widthMicroseconds: 50))
    train.pulses.append(.init(bit: true, startMicroseconds: 900_060, widthMicroseconds: 50))
    var assembler = FrameAssembler()
    for edge in train.edges() { _ = assembler.handle(edge) }
    _ = assembler.advance(to: WiegandVerifier.start.advanced(byMilliseconds: 2_000))
    #expect(assembler.counters.edges == 58)
    #expect(assembler.counters.noise == 1)
    #expect(assembler.counters.frames == 1)
    #expect(assembler.counters.malformed == [.impossibleGap: 1])
  }
}
