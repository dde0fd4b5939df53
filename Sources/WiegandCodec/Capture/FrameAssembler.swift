public import DoorRules

/// Gathers the pulses of one reader into frames. A frame ends with a gap of three times its own bit
/// interval, so that a fast reader is answered fast and a slow frame is not cut in two.
///
/// A lost or extra edge makes the frame malformed, with its cause; it is never repaired.
/// Call ``advance(to:)`` at ``nextDeadline``: the frame is decided there.
///
/// One assembler belongs to one request of the lines: when they are requested again, the kernel
/// counts edges from the start again, so use a new assembler then.
public struct FrameAssembler: Sendable {
  public private(set) var counters: CaptureCounters
  private let timing: CaptureTiming
  private var frame: GatheredBits?
  private var lines = LinePair()
  private var ready: [Capture] = []
  /// The deadline at which the last frame was decided; nil once an earlier edge has come.
  private var decidedAt: MonotonicInstant?

  /// `counters` are those of the assembler that this one takes over from.
  public init(
    timing: CaptureTiming = CaptureTiming(), counters: CaptureCounters = CaptureCounters()
  ) {
    self.timing = timing
    self.counters = counters
  }

  /// When ``advance(to:)`` will decide the frame; nil between frames.
  public var nextDeadline: MonotonicInstant? {
    let waitingAt = lines.lastUncountedAt
    guard let anyAt = frame?.lastAt ?? waitingAt else { return nil }
    let last = max(anyAt, waitingAt ?? anyAt)
    var longest = frame?.longestGapMicroseconds ?? 0
    if let frame, frame.bitCount > 0 {
      longest = max(longest, last.microseconds(since: frame.lastAt))
    }
    return last.advanced(
      byMicroseconds: timing.quietMicroseconds(longestGapMicroseconds: longest))
  }

  /// Takes an edge; frames that ended before it are returned first. Edges must come in the order of
  /// their stamps; one out of order makes its frame malformed.
  public mutating func handle(_ edge: DataEdge) -> [Capture] {
    counters.edges += 1
    decide(before: edge.at)
    noteSequence(of: edge)
    if edge.isActive { begin(edge) } else { end(edge) }
    // The end of a pulse that is too short to count can restore a deadline that has passed.
    decide(before: edge.at)
    return takeReady()
  }

  /// Lets time pass.
  public mutating func advance(to now: MonotonicInstant) -> [Capture] {
    decide(before: now)
    return takeReady()
  }

  /// Edges were lost on their way here: the frame that has not ended is malformed, and so is
  /// everything up to the next gap, since the rest of a frame can look like a shorter frame.
  public mutating func loseEdges(at now: MonotonicInstant) -> [Capture] {
    decide(before: now)
    countPulses()
    if frame != nil {
      fault(.lostEdge, "edges were lost", at: now)
      report()
    }
    lines = LinePair()
    var rest = GatheredBits(at: now)
    rest.note(.lostEdge, "edges were lost")
    rest.isReported = true
    frame = rest
    return takeReady()
  }

  private mutating func takeReady() -> [Capture] {
    defer { ready = [] }
    return ready
  }

  // MARK: Edges

  private mutating func noteSequence(of edge: DataEdge) {
    guard let sequence = edge.sequence else { return }
    if let last = lines[edge.line].sequence, sequence != last &+ 1 {
      fault(.lostEdge, "the kernel's count of edges has a hole", at: edge.at)
    }
    lines[edge.line].sequence = sequence
  }

  private mutating func begin(_ edge: DataEdge) {
    if let decidedAt, edge.at < decidedAt {
      // Delivered too late: its frame is decided, and the rest must not become another frame.
      fault(.lostEdge, "an edge came after its frame was decided", at: edge.at)
      self.decidedAt = nil
    }
    // This line's last pulse has ended, although its end was not seen.
    count(edge.line)
    let other = edge.line.other
    if let pulse = lines[other].pulse,
      edge.at.microseconds(since: pulse.at) >= timing.minPulseMicroseconds
    {
      count(other)
    }
    lines[edge.line].pulse = OpenPulse(at: edge.at)
    lines[edge.line].isActive = true
  }

  private mutating func end(_ edge: DataEdge) {
    let wasActive = lines[edge.line].isActive
    lines[edge.line].isActive = false
    guard let pulse = lines[edge.line].pulse else {
      return endUnbegun(edge, wasActive: wasActive)
    }
    let other = edge.line.other
    if !pulse.isCounted {
      guard edge.at.microseconds(since: pulse.at) >= timing.minPulseMicroseconds else {
        counters.noise += 1
        lines[edge.line].pulse = nil
        return
      }
      count(edge.line)
    }
    if let crossed = lines[edge.line].pulse?.crossedAt, crossed < edge.at {
      fault(.bothLinesActive, LinePair.bothActive, at: edge.at)
    }
    if let late = lines[other].pulse, !late.isCounted, late.at < edge.at {
      lines[other].pulse?.beganInside = true
    }
    lines[edge.line].pulse = nil
  }

  /// The end of a pulse whose beginning is unknown or forgotten.
  private mutating func endUnbegun(_ edge: DataEdge, wasActive: Bool?) {
    switch (wasActive, frame != nil) {
    case (true, true):
      // The pulse began in a frame that is decided, and lasted into this one.
      fault(.bothLinesActive, LinePair.bothActive, at: edge.at)
    case (false, _), (nil, true):
      fault(.lostEdge, "a pulse ended that had not begun", at: edge.at)
    case (true, false), (nil, false):
      // The line was held, or was active before the first edge: no bit of a frame.
      break
    }
  }

  // MARK: Bits

  /// Counts the pulse of this line as a bit: it was long enough, or its end was not seen.
  private mutating func count(_ line: DataEdge.Line) {
    guard let pulse = lines[line].pulse, !pulse.isCounted else { return }
    lines[line].pulse?.isCounted = true
    // Append in place: a copy of the frame would copy its bits for every new bit.
    if frame == nil { frame = GatheredBits(at: pulse.at) }
    frame?.append(line == .data1, at: pulse.at, timing: timing)
    if pulse.beganInside { frame?.note(.bothLinesActive, LinePair.bothActive) }
    if lines[line.other].pulse?.crossedAt == nil {
      lines[line.other].pulse?.crossedAt = pulse.at
    }
    if let frame, frame.bitCount > WiegandLimits.frameBitsMax { report() }
  }

  private mutating func countPulses() {
    for pulse in lines.uncounted { count(pulse.line) }
  }

  private mutating func fault(_ fault: FrameFault, _ why: String, at now: MonotonicInstant) {
    var gathered = frame ?? GatheredBits(at: now)
    gathered.note(fault, why)
    frame = gathered
  }

  private mutating func decide(before now: MonotonicInstant) {
    guard let deadline = nextDeadline, deadline <= now else { return }
    countPulses()
    report()
    frame = nil
    lines.forgetPulses()
    decidedAt = deadline
  }

  private mutating func report() {
    guard let frame, !frame.isReported else { return }
    self.frame?.isReported = true
    let capture = frame.capture()
    switch capture {
    case .frame: counters.frames += 1
    case .malformed(let malformed): counters.malformed[malformed.fault, default: 0] += 1
    }
    ready.append(capture)
  }
}
