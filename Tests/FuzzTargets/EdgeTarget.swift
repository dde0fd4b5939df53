import DoorRules
import WiegandCodec

extension FuzzTarget {
  /// Edges in any order and at any pace. An assembler that is advanced in between must find the
  /// same frames as one that is not, and a format must encode what it decoded.
  static let edges = FuzzTarget(
    "edges", "edge streams of a reader, through the assembler and every format", bytesMax: 1_024,
    seeds: { try EdgeTarget.seeds() }, make: { { try EdgeTarget.run(FuzzInput($0)) } })
}

private enum EdgeTarget {
  /// One edge in three bytes: its kind, and how many times 10 µs it comes after the last one.
  private static let active: UInt8 = 1
  private static let data1: UInt8 = 2
  private static let counted: UInt8 = 4
  private static let isCall: UInt8 = 8
  private static let far: UInt8 = 16
  private static let skips: UInt8 = 32
  private static let back: UInt8 = 64

  static func run(_ start: FuzzInput) throws {
    var input = start
    let timing = timing(input.byte())
    var asked = FrameAssembler(timing: timing)
    var left = FrameAssembler(timing: timing)
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    // Stamps may run back by more than the wait at the end.
    var latest = now
    var isInOrder = true
    var sequences: [UInt32] = [0, 0]
    var found: [Capture] = []
    var foundLeft: [Capture] = []
    while !input.isAtEnd {
      let what = input.byte()
      let step = input.short() * (what & far == 0 ? 10 : 1_000)
      if what & back != 0 { isInOrder = false }
      now = now.advanced(byMicroseconds: what & back == 0 ? step : -step)
      latest = max(latest, now)
      let line = Int(what & data1) / 2
      if isInOrder { found += asked.advance(to: now) }
      guard what & isCall == 0 else {
        if what & active == 0 {
          found += asked.loseEdges(at: now)
          foundLeft += left.loseEdges(at: now)
        }
        continue
      }
      sequences[line] &+= what & skips == 0 ? 1 : 2
      let edge = DataEdge(
        line: line == 0 ? .data0 : .data1, isActive: what & active != 0, at: now,
        sequence: what & counted == 0 ? nil : sequences[line])
      found += asked.handle(edge)
      foundLeft += left.handle(edge)
    }
    let end = latest.advanced(byMilliseconds: 1_000_000)
    found += asked.advance(to: end)
    foundLeft += left.advance(to: end)
    try demand(asked.nextDeadline == nil, "a frame is open a thousand seconds after its last edge")
    if isInOrder {
      try demand(found == foundLeft, "asked in between, other frames come out")
      try demand(asked.counters == left.counters, "asked in between, other counts come out")
    }
    let malformed = asked.counters.malformed.values.reduce(0, +)
    try demand(asked.counters.frames + malformed == found.count, "the counters miscount")
    for capture in found { try check(capture) }
  }

  private static func timing(_ choice: UInt8) -> CaptureTiming {
    switch choice & 3 {
    case 0: CaptureTiming()
    case 1: CaptureTiming(gapBitTimes: 2, gapFloorMilliseconds: 1, gapCapMilliseconds: 20)
    case 2: CaptureTiming(minPulseMicroseconds: 0, shortestIntervalMicroseconds: 0)
    default: CaptureTiming(gapBitTimes: 10, gapFloorMilliseconds: 50, gapCapMilliseconds: 50)
    }
  }

  private static func check(_ capture: Capture) throws {
    guard case .frame(let frame) = capture else { return }
    try demand((1...WiegandLimits.frameBitsMax).contains(frame.bits.count), "a frame too long")
    try demand(frame.startedAt <= frame.endedAt, "a frame ends before it begins")
    let table = FormatTable.standard
    switch decode(frame, formats: table, keypad: .automatic) {
    case .card(let candidates, _):
      try demand(!candidates.isEmpty, "a card that no format reads")
      for card in candidates {
        let again = try table.encode(
          format: card.format, facility: card.facility, card: card.card, issue: card.issue)
        try demand(
          table.candidates(for: again).contains(card), "\(card.format) does not read what it writes"
        )
      }
    case .key: try demand([4, 6, 8].contains(frame.bits.count), "a key of no burst")
    case .malformed(let malformed):
      try demand(malformed.bitCount == frame.bits.count, "a fault of another frame")
    }
  }

  static func seeds() throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    for format in FormatTable.standard.formats {
      let bits = try FormatTable.standard.encode(
        format: format.name, facility: format.facility.isEmpty ? nil : 1, card: 5,
        issue: format.issue.isEmpty ? nil : 1)
      seeds.append(stream(bits))
    }
    for key in [KeypadKey.digit(7), .pound] {
      for dialect in KeypadDialect.allCases {
        seeds.append(stream(keypadBits(for: key, dialect: dialect)))
      }
    }
    return seeds
  }

  /// Pulses of 100 µs every 2 ms, as bytes.
  private static func stream(_ bits: [Bool]) -> [UInt8] {
    [0]
      + bits.flatMap { bit in
        let line = bit ? data1 : 0
        return [line | active | counted, 0, 190, line | counted, 0, 10]
      }
  }
}
