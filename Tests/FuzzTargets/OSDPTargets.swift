import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine
import SerialLinux

extension FuzzTarget {
  /// A panel and a reader with a key, and somebody between them who changes, drops, repeats and makes up
  /// bytes. Cards come only as the reader sent them, each once; the panel says nothing in the clear but
  /// its challenge; no deadline repeats for ever.
  static let osdpLine = FuzzTarget(
    "osdpLine", "a secured OSDP line with somebody at the wires", bytesMax: 512,
    seeds: {
      [
        [0, 9, 0, 9, 0, 9, 1, 5, 0, 9, 2, 3, 7, 0, 9], [0, 9, 0, 9, 3, 4, 0, 9, 4, 0, 9, 5, 0, 9],
        [6, 8, 0x53, 0x81, 8, 0, 4, 0x40, 1, 2, 0, 9], [0, 9, 7, 0, 200, 0, 200, 1, 1, 0, 9],
      ]
    },
    make: {
      { bytes in
        var target = try OSDPLineTarget(bytes)
        try target.run()
      }
    })
}

private struct OSDPLineTarget {
  private static let stepsMax = 20_000

  private var input: FuzzInput
  private var now = MonotonicInstant(nanoseconds: 1_000_000_000)
  private var line: OSDPLine
  private var reader: ModelReader
  /// What is on its way to the panel.
  private var coming: [UInt8] = []
  /// The reader's last answer, for who repeats it.
  private var recorded: [UInt8] = []
  private var cards = 0
  private var told: [OSDPCard] = []

  init(_ bytes: [UInt8]) throws {
    input = FuzzInput(bytes)
    let key = try ReaderKey((0..<16).map { UInt8(($0 * $0 * 37 + 11) & 0xFF) })
    reader = ModelReader(address: 1, key: key, cipher: AESCipher())
    line = OSDPLine(
      readers: [(1, KeyRing(current: key))], inputsOf: [1], speed: .b9600, cipher: AESCipher(),
      fresh: { 0x0123_4567_89AB_CDEF }, at: now)
    try take(line.opened(at: now))
  }

  private func card(_ number: Int) -> OSDPCard {
    OSDPCard(bits: (0..<26).map { number >> (25 - $0) & 1 == 1 })
  }

  mutating func run() throws {
    while !input.isAtEnd {
      switch input.byte() % 8 {
      case 0: try pass(milliseconds: Int(input.byte()))
      case 1:
        reader.events.append(.card(card(cards)))
        cards += 1
      case 2:
        guard !coming.isEmpty else { continue }
        coming[Int(input.byte()) % coming.count] ^= input.byte()
      case 3:
        guard !coming.isEmpty else { continue }
        coming.remove(at: Int(input.byte()) % coming.count)
      case 4: coming += recorded
      case 5: coming = []
      case 6:
        let count = Int(input.byte()) % 40
        coming += (0..<count).map { _ in input.byte() }
      default: reader.restart()
      }
    }
    try pass(milliseconds: 500)
    try demand(Set(told).count == told.count, "a card was told twice")
    let sent = Set((0..<cards).map(card))
    try demand(sent.isSuperset(of: told), "a card was told that no reader sent")
  }

  private mutating func pass(milliseconds: Int) throws {
    let end = now.advanced(byMilliseconds: milliseconds)
    var steps = 0
    repeat {
      if !coming.isEmpty {
        let bytes = coming
        coming = []
        try take(line.received(bytes, at: now))
      }
      try take(line.advance(to: now))
      steps += 1
      try demand(steps < Self.stepsMax, "the line asks for the same deadline for ever")
      now = min(end, now.advanced(byMilliseconds: 5))
    } while now < end
  }

  private mutating func take(_ wishes: [LineWish]) throws {
    for wish in wishes {
      switch wish {
      case .setSpeed: break
      case .transmit(let bytes):
        let frame = try OSDPFrame(parsing: bytes)
        try demand(frame.security != nil, "something went over the line in the clear")
        recorded = reader.hear(bytes)
        coming += recorded
      case .tell(_, .card(let card)): told.append(card)
      case .tell: break
      }
    }
  }
}
