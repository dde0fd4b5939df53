import DoorCore
import DoorRules
import WiegandCodec

/// Looks at every edge and movement on its way, for technicians and diagnosis. It changes nothing,
/// and costs a few comparisons an edge while nobody watches.
struct LineTap {
  /// The most notes that wait for a slow watcher; then the oldest go, and the numbers show the gap.
  static let notesMax = 4_096
  /// The most watchers at once.
  static let watchersMax = 16
  /// The most pulses kept of one burst.
  static let pulsesMax = WiegandLimits.frameBitsMax * 2

  private struct Reader {
    let layout: ControllerLayout.Reader
    var assembler: FrameAssembler
    var began: (MonotonicInstant, isOne: Bool)?
    var firstAt: MonotonicInstant?
    var pulses: [TapNote.Pulse] = []
    var range: PulseRange?

    /// Keeps the shape of a pulse, in place.
    mutating func draw(_ edge: LineEdge, isOne: Bool) {
      if edge.isActive {
        let first = firstAt ?? edge.at
        firstAt = first
        began = nil
        guard pulses.count < LineTap.pulsesMax else { return }
        began = (edge.at, isOne)
        pulses.append(
          TapNote.Pulse(
            isOne: isOne, startMicroseconds: edge.at.microseconds(since: first),
            widthMicroseconds: 0))
      } else if let began, began.isOne == isOne, !pulses.isEmpty {
        pulses[pulses.count - 1].widthMicroseconds = edge.at.microseconds(since: began.0)
        self.began = nil
      }
    }
  }

  private var readers: [ReaderID: Reader]
  private var outputs: [OutputLine: Bool] = [:]
  private(set) var passages: [DoorID: LeafCounts] = [:]
  private var leaves: [DoorID: Bool] = [:]
  private var number: UInt64 = 0
  private var watchers: [Int: AsyncStream<TapNote>.Continuation] = [:]
  private var nextWatcher = 0

  init(layout: ControllerLayout) {
    readers = Dictionary(
      layout.readers.map {
        ($0.id, Reader(layout: $0, assembler: FrameAssembler(timing: $0.timing)))
      }, uniquingKeysWith: { first, _ in first })
  }

  func pulses(of reader: ReaderID) -> PulseRange? { readers[reader]?.range }

  /// Nil when too many watch already.
  mutating func watch(
    onEnd: @escaping @Sendable (Int) -> Void
  ) -> AsyncStream<TapNote>? {
    guard watchers.count < Self.watchersMax else { return nil }
    let id = nextWatcher
    nextWatcher += 1
    let (stream, continuation) = AsyncStream<TapNote>.makeStream(
      bufferingPolicy: .bufferingNewest(Self.notesMax))
    continuation.onTermination = { _ in onEnd(id) }
    watchers[id] = continuation
    return stream
  }

  mutating func unwatch(_ id: Int) { watchers[id] = nil }

  mutating func end() {
    for watcher in watchers.values { watcher.finish() }
    watchers = [:]
  }

  /// An edge came; `isReleased` is true while the lock of its door is released.
  mutating func note(_ edge: LineEdge, isReleased: Bool) {
    tell(.edge(edge.line, isActive: edge.isActive), at: edge.at)
    switch edge.line {
    case .data0(let id): note(edge, .data0, id)
    case .data1(let id): note(edge, .data1, id)
    case .contact(let door):
      // A contact bounces: only what differs from before counts.
      guard leaves.updateValue(edge.isActive, forKey: door) != edge.isActive else { return }
      passages[door, default: LeafCounts()].note(open: edge.isActive, isReleased: isReleased)
    case .requestToExit, .lockCurrent, .fire, .tamper, .plan, .mains, .battery, .auxiliary: break
    }
  }

  /// A reader without data lines delivered something; it has no pulses.
  mutating func note(
    _ delivery: ReaderDelivery, of id: ReaderID, at now: MonotonicInstant
  ) {
    guard let layout = readers[id]?.layout else { return }
    switch delivery {
    case .card(let frame):
      tell(.frame(id, frame, decode(frame, formats: layout.formats, keypad: nil), []), at: now)
    case .proved(let card):
      tell(.frame(id, Self.frame(at: now), .card(candidates: [], raw: card), []), at: now)
    case .key(let key): tell(.frame(id, Self.frame(at: now), .key(key), []), at: now)
    case .malformed(let frame): tell(.malformed(id, frame, []), at: now)
    }
  }

  /// What has no bits.
  private static func frame(at now: MonotonicInstant) -> WiegandFrame {
    WiegandFrame(bits: [], startedAt: now, endedAt: now, bitIntervalMicroseconds: 0)
  }

  mutating func note(_ line: OutputLine, isActive: Bool, at now: MonotonicInstant) {
    // The level is driven again every second; only a movement is news.
    guard outputs.updateValue(isActive, forKey: line) != isActive else { return }
    tell(.drive(line, isActive: isActive), at: now)
  }

  mutating func note(
    type: String, door: String?, reader: String?, reason: String?, person: String?,
    at now: MonotonicInstant
  ) {
    tell(
      .recorded(type: type, door: door, reader: reader, reason: reason, person: person), at: now)
  }

  /// Lets time pass: bursts end.
  mutating func advance(to now: MonotonicInstant) {
    for id in readers.keys { endBurst(of: id, by: now) }
  }

  private mutating func endBurst(of id: ReaderID, by now: MonotonicInstant) {
    guard let deadline = readers[id]?.assembler.nextDeadline, deadline <= now else { return }
    finish(readers[id]?.assembler.advance(to: now) ?? [], of: id)
  }

  private mutating func note(_ edge: LineEdge, _ line: DataEdge.Line, _ id: ReaderID) {
    // Ends a burst that was published already: its pulses must not become part of the next one.
    endBurst(of: id, by: edge.at)
    let captures =
      readers[id]?.assembler.handle(
        DataEdge(line: line, isActive: edge.isActive, at: edge.at, sequence: edge.sequence)) ?? []
    if !captures.isEmpty { finish(captures, of: id) }
    readers[id]?.draw(edge, isOne: line == .data1)
  }

  private mutating func finish(_ captures: [Capture], of id: ReaderID) {
    guard var reader = readers[id] else { return }
    let pulses = reader.pulses
    reader.pulses = []
    reader.firstAt = nil
    reader.began = nil
    for capture in captures {
      switch capture {
      case .frame(let frame):
        reader.range = PulseRange.widened(reader.range, by: pulses)
        // What the reader sends by itself would bury what people do.
        guard frame.bits != reader.layout.habits.supervision?.bits else { continue }
        let decoded = decode(
          frame, formats: reader.layout.formats, keypad: reader.layout.keypad)
        tell(.frame(id, frame, decoded, pulses), at: frame.endedAt)
      case .malformed(let frame):
        tell(.malformed(id, frame, pulses), at: frame.at)
      }
    }
    readers[id] = reader
  }

  private mutating func tell(_ what: TapNote.What, at now: MonotonicInstant) {
    number += 1
    guard !watchers.isEmpty else { return }
    let note = TapNote(number: number, at: now, what: what)
    for watcher in watchers.values { watcher.yield(note) }
  }
}
