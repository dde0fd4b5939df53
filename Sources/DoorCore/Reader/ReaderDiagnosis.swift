import WiegandCodec

/// What is probably wrong with a reader's wiring.
public enum ReaderFinding: String, Sendable, Hashable, CaseIterable {
  /// D0 and D1 are swapped: frames fit only with every bit inverted.
  case linesSwapped
  /// Both data lines rest at their active level: the polarity is wrong, or pull-ups are missing.
  case linesInverted
  /// D0 rests at its active level.
  case data0Stuck
  /// D1 rests at its active level.
  case data1Stuck

  /// What the technician should check.
  public var advice: String {
    switch self {
    case .linesSwapped: "the data lines look swapped: exchange data0 and data1"
    case .linesInverted:
      "both data lines rest active: turn activeLow of data0 and data1, or fit pull-ups"
    case .data0Stuck: "data 0 rests active: look for a short or a broken wire"
    case .data1Stuck: "data 1 rests active: look for a short or a broken wire"
    }
  }
}

/// Watches one reader's lines for faults that single frames do not show.
struct ReaderDiagnosis: Sendable, Hashable {
  /// This many frames that fit only when inverted are no coincidence.
  static let swappedFramesMin = 3
  /// This many active samples, a second apart, are no pulse.
  static let restlessSamplesMin = 5

  private var fittingTurned = 0
  private var active0 = 0
  private var active1 = 0

  /// Notes a frame and what it was decoded as.
  mutating func note(_ frame: WiegandFrame, _ decoded: DecodedFrame, formats: FormatTable) {
    switch decoded {
    case .card: fittingTurned = 0
    case .key: break
    case .malformed:
      var turned = frame
      turned.bits = frame.bits.map { !$0 }
      if case .card = decode(turned, formats: formats, keypad: nil) { fittingTurned += 1 }
    }
  }

  /// Notes a sampled level.
  mutating func noteLevel(data0: Bool?, data1: Bool?) {
    if let data0 { active0 = data0 ? active0 + 1 : 0 }
    if let data1 { active1 = data1 ? active1 + 1 : 0 }
  }

  var findings: [ReaderFinding] {
    var found: [ReaderFinding] = []
    if fittingTurned >= Self.swappedFramesMin { found.append(.linesSwapped) }
    switch (active0 >= Self.restlessSamplesMin, active1 >= Self.restlessSamplesMin) {
    case (true, true): found.append(.linesInverted)
    case (true, false): found.append(.data0Stuck)
    case (false, true): found.append(.data1Stuck)
    case (false, false): break
    }
    return found
  }
}
