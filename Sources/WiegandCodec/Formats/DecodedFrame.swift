public import DoorRules

/// What a frame was decoded as.
public enum DecodedFrame: Sendable, Hashable {
  /// At least one enabled format fits. `raw` is the frame itself as a credential,
  /// `raw:LENGTH:HEX`: the first bit most significant, padded with zeros at the end.
  case card(candidates: [CardCandidate], raw: Secret<String>)
  /// One key of a keypad.
  case key(KeypadKey)
  /// Neither, with the named reason.
  case malformed(MalformedFrame)
}

/// Decodes a frame by its length and check bits. With a nil `keypad` short bursts are no keys.
public func decode(
  _ frame: WiegandFrame, formats: FormatTable, keypad: KeypadDialect?
) -> DecodedFrame {
  let count = frame.bits.count
  if let keypad, keypad.coding.burstBits.contains(count) {
    if let key = keypadKey(of: frame.bits, dialect: keypad) { return .key(key) }
    return malformed(frame, .keypadCheck, "no key of a \(keypad.rawValue) keypad")
  }
  guard formats.hasFormat(ofBits: count) else {
    return malformed(frame, .unknownLength, "no enabled format has this length")
  }
  let candidates = formats.candidates(for: frame.bits)
  guard !candidates.isEmpty else {
    let names = formats.formats.filter { $0.bitCount == count }.map(\.name)
    return malformed(
      frame, .parity, "check bits fit no enabled format (\(names.joined(separator: ", ")))")
  }
  if frame.hasHole, formats.hasFormat(ofBits: count + 1) {
    return malformed(
      frame, .lostEdge,
      "a pause of \(frame.longestGapMicroseconds) µs where a bit may be missing, and a format"
        + " one bit longer is enabled")
  }
  return .card(candidates: candidates, raw: rawText(of: frame.bits))
}

extension WiegandFrame {
  /// A reader sends bits evenly, so a lost pulse leaves a pause of two intervals. The limit of 1.75
  /// intervals is above the jitter of readers.
  fileprivate var hasHole: Bool {
    bitIntervalMicroseconds > 0 && longestGapMicroseconds * 4 >= bitIntervalMicroseconds * 7
  }
}

private func malformed(_ frame: WiegandFrame, _ fault: FrameFault, _ why: String) -> DecodedFrame {
  .malformed(
    MalformedFrame(
      fault: fault, bitCount: frame.bits.count,
      shortestGapMicroseconds: frame.shortestGapMicroseconds,
      longestGapMicroseconds: frame.longestGapMicroseconds, at: frame.endedAt,
      detail: "\(frame.bits.count) bits: \(why)"))
}

/// The frame itself as a credential.
func rawText(of bits: [Bool]) -> Secret<String> { Secret("raw:\(bits.count):\(hex(bits))") }

private func hex(_ bits: [Bool]) -> String {
  stride(from: 0, to: bits.count, by: 4).map { start in
    let nibble = (start..<start + 4).reduce(0) {
      $0 << 1 | ($1 < bits.count && bits[$1] ? 1 : 0)
    }
    return String(nibble, radix: 16)
  }.joined()
}
