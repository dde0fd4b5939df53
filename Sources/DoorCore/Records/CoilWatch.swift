public import DoorRules

/// Finds inputs that a switching relay disturbs: the level changes within a moment of the switching
/// and is back before that moment is over, again and again. Then the coil of a lock, or the cable to
/// it, reaches the input. Data lines of readers are left out: a card may come at that moment, and
/// their noise is counted elsewhere; so is the current of a lock, which switches with it.
public struct CoilWatch: Sendable {
  /// How long after a switching an input is watched. A person's press is longer.
  static let windowMilliseconds = 100
  /// Of so many switchings in a row that many must disturb the same input.
  static let switchesCounted = 5
  static let disturbedMin = 3

  /// An input that chatters.
  public struct Finding: Sendable, Hashable {
    public var input: InputLine
    /// Whose relay switched last.
    public var door: DoorID
  }

  /// An input's edges since the last switching.
  private struct Burst {
    let first: Bool
    var last: Bool
    /// It is where it was before.
    var hasReturned: Bool { first != last }
  }

  private var switched: (door: DoorID, at: MonotonicInstant)?
  private var bursts: [InputLine: Burst] = [:]
  /// For each input that was ever disturbed, the last switchings as bits, the newest lowest.
  private var history: [InputLine: UInt8] = [:]
  /// Inputs that chatter, with the door whose relay switched when that was found.
  public private(set) var findings: [Finding] = []

  public init() {}

  /// A relay switched. Returns the inputs that are found to chatter now.
  public mutating func switched(_ door: DoorID, at now: MonotonicInstant) -> [Finding] {
    let found = endWindow()
    switched = (door, now)
    return found
  }

  /// An input changed.
  public mutating func note(_ edge: LineEdge) {
    if case .lockCurrent = edge.line { return }
    guard edge.line.reader == nil, let switched, switched.at <= edge.at,
      edge.at <= switched.at.advanced(byMilliseconds: Self.windowMilliseconds)
    else { return }
    bursts[edge.line, default: Burst(first: edge.isActive, last: edge.isActive)].last =
      edge.isActive
  }

  /// Judges the edges since the last switching.
  private mutating func endWindow() -> [Finding] {
    guard let switched else { return [] }
    var found: [Finding] = []
    let disturbed = bursts.filter(\.value.hasReturned).map(\.key)
    bursts = [:]
    for input in Set(history.keys).union(disturbed) {
      let mask = UInt8((1 << Self.switchesCounted) - 1)
      let bits = ((history[input] ?? 0) << 1 | (disturbed.contains(input) ? 1 : 0)) & mask
      history[input] = bits == 0 ? nil : bits
      let isFinding = bits.nonzeroBitCount >= Self.disturbedMin
      let known = findings.firstIndex { $0.input == input }
      if isFinding, known == nil {
        findings.append(Finding(input: input, door: switched.door))
        found.append(Finding(input: input, door: switched.door))
      } else if bits == 0, let known {
        findings.remove(at: known)
      }
    }
    return found.sorted { "\($0.input)" < "\($1.input)" }
  }
}
