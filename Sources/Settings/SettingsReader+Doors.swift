import DoorCore
import DoorRules

/// Times of a door, and how a reader is typed at and speaks.
extension SettingsReader {
  /// `door.NAME.relock` and the times; absent ones are those of ``DoorTiming``.
  mutating func timing(_ path: [String]) -> DoorTiming {
    let standard = DoorTiming()
    let relock = choice(path + ["relock"], of: DoorTiming.Relock.self)
    let heldOpen = integer(path + ["heldOpenSeconds"], in: 5...3_600)
    let warning = integer(path + ["heldOpenWarningSeconds"], in: 0...3_600)
    let debounce = integer(path + ["debounceMilliseconds"], in: 1...1_000)
    let exitHold = integer(path + ["exitHoldSeconds"], in: 1...60)
    let limit = integer(path + ["releaseLimitSeconds"], in: 30...600)
    let heldOpenMilliseconds = heldOpen.map { $0 * 1_000 } ?? standard.heldOpenMilliseconds
    if let warning, warning * 1_000 > heldOpenMilliseconds {
      note(
        path + ["heldOpenWarningSeconds"],
        "\(warning) is more than the \(heldOpenMilliseconds / 1_000) seconds until the alarm")
    }
    return DoorTiming(
      relock: relock ?? standard.relock, heldOpenMilliseconds: heldOpenMilliseconds,
      warningMilliseconds: warning.map { $0 * 1_000 } ?? standard.warningMilliseconds,
      releaseLimitMilliseconds: limit.map { $0 * 1_000 } ?? standard.releaseLimitMilliseconds,
      debounceMilliseconds: debounce ?? standard.debounceMilliseconds,
      reassertMilliseconds: standard.reassertMilliseconds,
      exitHoldMilliseconds: exitHold.map { $0 * 1_000 } ?? standard.exitHoldMilliseconds)
  }

  /// A name that doors share.
  mutating func interlock(_ path: [String]) -> String? {
    guard let name = text(path) else { return nil }
    let checked: Identifier<Never>? = identifier(name, path)
    return checked?.rawValue
  }

  /// `reader.NAME.pinLength`, `pinPauseMilliseconds` and `pinFrameFacility`.
  mutating func entry(_ path: [String]) -> PINEntrySettings {
    let range = PINEntrySettings.lengthRange
    let length = integer(path + ["pinLength"], in: range)
    let pause = integer(path + ["pinPauseMilliseconds"], in: PINEntrySettings.pauseRange)
    let facility = integer(path + ["pinFrameFacility"], in: 0...255)
    return PINEntrySettings(
      fixedLength: length, pauseMilliseconds: pause ?? PINEntrySettings().pauseMilliseconds,
      frameFacility: facility.map(UInt64.init))
  }

  /// `reader.NAME.tamperOpened` and `tamperClosed`, key codes.
  mutating func tamperCodes(_ path: [String]) -> TamperCodes? {
    let range = Int(TamperCodes.range.lowerBound)...Int(TamperCodes.range.upperBound)
    let before = problems.count
    let opened = integer(path + ["tamperOpened"], in: range)
    let closed = integer(path + ["tamperClosed"], in: range)
    guard let opened else {
      if closed != nil, problems.count == before {
        note(path + ["tamperClosed"], "needs tamperOpened")
      }
      return nil
    }
    let codes = TamperCodes(opened: UInt8(opened), closed: closed.map(UInt8.init))
    if codes == nil { note(path + ["tamperClosed"], "must differ from tamperOpened") }
    return codes
  }

  /// Patterns of a reader by signal: `both 250, led 1750`, each part a lamp and beeper state and
  /// its milliseconds.
  mutating func patterns(_ path: [String]) -> [ReaderSignal: FeedbackPattern] {
    var patterns: [ReaderSignal: FeedbackPattern] = [:]
    for signal in ReaderSignal.allCases {
      let place = path + [signal.rawValue]
      guard let text = text(place) else { continue }
      guard let pattern = FeedbackPattern(parsing: text) else {
        note(
          place,
          "\(shown(text)) is not a pattern such as \"both 250, led 1750\": up to "
            + "\(FeedbackPattern.stepsMax) parts of led, beeper, both or off, each "
            + "\(FeedbackPattern.stepMilliseconds.lowerBound) to "
            + "\(FeedbackPattern.stepMilliseconds.upperBound) ms")
        continue
      }
      patterns[signal] = pattern
    }
    return patterns
  }
}
