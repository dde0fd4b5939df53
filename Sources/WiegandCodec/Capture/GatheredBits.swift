import DoorRules

/// The bits of a frame that has not ended. Its size is bounded, however many pulses come.
struct GatheredBits: Sendable {
  private(set) var bits: [Bool] = []
  private var gapsMicroseconds: [Int] = []
  /// Counts on beyond ``WiegandLimits/frameBitsMax``, where `bits` stops.
  private(set) var bitCount = 0
  private(set) var longestGapMicroseconds = 0
  private(set) var fault: FrameFault?
  private var why = ""
  private let startedAt: MonotonicInstant
  private(set) var lastAt: MonotonicInstant
  /// True once everything up to the next gap is to be dropped without another report.
  var isReported = false

  init(at start: MonotonicInstant) {
    startedAt = start
    lastAt = start
  }

  /// Keeps the first fault only, since the others mostly follow from it. Overlapping pulses replace
  /// an impossible gap, since pulses that overlap also begin close together.
  mutating func note(_ fault: FrameFault, _ why: String) {
    let explains = self.fault == .impossibleGap && fault == .bothLinesActive
    guard self.fault == nil || explains else { return }
    self.fault = fault
    self.why = why
  }

  mutating func append(_ bit: Bool, at now: MonotonicInstant, timing: CaptureTiming) {
    if bitCount > 0 {
      let gap = now.microseconds(since: lastAt)
      longestGapMicroseconds = max(longestGapMicroseconds, gap)
      if gap < timing.shortestIntervalMicroseconds || now < lastAt {
        note(.impossibleGap, "two pulses began \(gap) µs apart")
      }
      if bitCount < WiegandLimits.frameBitsMax { gapsMicroseconds.append(gap) }
    }
    lastAt = now
    bitCount += 1
    if bitCount > WiegandLimits.frameBitsMax {
      note(.tooLong, "no frame has more than \(WiegandLimits.frameBitsMax)")
    } else {
      bits.append(bit)
    }
  }

  /// The frame, or its fault.
  func capture() -> Capture {
    let gaps = gapsMicroseconds.sorted()
    guard let fault else {
      return .frame(
        WiegandFrame(
          bits: bits, startedAt: startedAt, endedAt: lastAt,
          bitIntervalMicroseconds: gaps.isEmpty ? 0 : gaps[gaps.count / 2],
          shortestGapMicroseconds: gaps.first ?? 0, longestGapMicroseconds: gaps.last ?? 0))
    }
    return .malformed(
      MalformedFrame(
        fault: fault, bitCount: bitCount, shortestGapMicroseconds: gaps.first ?? 0,
        longestGapMicroseconds: longestGapMicroseconds, at: lastAt,
        detail: "\(bitCount) bits: \(why)"))
  }
}
