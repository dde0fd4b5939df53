import DoorRules

/// A pulse that began and whose end has not been seen.
struct OpenPulse: Sendable {
  var at: MonotonicInstant
  /// True once it is a bit of the frame.
  var isCounted = false
  /// When a pulse of the other line began that became a bit while this one had not ended. If this
  /// pulse lasted until then, both lines were active at once; if its end was lost, they were not.
  var crossedAt: MonotonicInstant?
  /// True when it began before a pulse of the other line had ended.
  var beganInside = false

  init(at start: MonotonicInstant) { at = start }
}

/// The state of the two data lines.
struct LinePair: Sendable {
  struct State: Sendable {
    /// The level after the last edge; nil before the first.
    var isActive: Bool?
    var sequence: UInt32?
    var pulse: OpenPulse?

    /// When a pulse began that is not yet a bit.
    var uncountedAt: MonotonicInstant? { pulse.flatMap { $0.isCounted ? nil : $0.at } }
  }

  static let bothActive = "both data lines were active at once"

  private var data0 = State()
  private var data1 = State()

  subscript(line: DataEdge.Line) -> State {
    get { line == .data0 ? data0 : data1 }
    set { if line == .data0 { data0 = newValue } else { data1 = newValue } }
  }

  /// Pulses that are not yet a bit, oldest first.
  var uncounted: [(line: DataEdge.Line, at: MonotonicInstant)] {
    [(DataEdge.Line.data0, data0.uncountedAt), (.data1, data1.uncountedAt)]
      .compactMap { line, at in at.map { (line: line, at: $0) } }
      .sorted { $0.at < $1.at }
  }

  /// When the last of them began.
  var lastUncountedAt: MonotonicInstant? {
    guard let first = data0.uncountedAt else { return data1.uncountedAt }
    return max(first, data1.uncountedAt ?? first)
  }

  mutating func forgetPulses() {
    data0.pulse = nil
    data1.pulse = nil
  }
}

extension DataEdge.Line {
  var other: DataEdge.Line { self == .data0 ? .data1 : .data0 }
}
