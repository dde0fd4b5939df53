import DoorRules

extension DoorTiming {
  /// How long a door is released: its own hold time, or longer for whoever needs that.
  func release(ownSeconds: Int?, _ extended: ExtendedTimes.Times?) -> DoorMachine.Input {
    let own = (ownSeconds ?? EffectiveSettings.holdTimeSecondsDefault)
      .within(Self.holdSecondsRange)
    let hold = extended?.holdTimeSeconds?.within(ExtendedTimes.holdTimeSecondsRange)
    let heldOpen = extended?.heldOpenSeconds?.within(ExtendedTimes.heldOpenSecondsRange)
    return .release(
      holdMilliseconds: max(own, hold ?? own) * 1_000,
      heldOpenMilliseconds: heldOpen.map { $0 * 1_000 })
  }
}

extension ExtendedTimes.Times {
  /// Of people who enter together the one who needs longest counts.
  static func longest(of entrants: [Entrant]) -> Self? {
    let needed = entrants.compactMap(\.verdict.extendedTimes)
    return needed.dropFirst().reduce(needed.first) { $1.longest(with: $0) }
  }
}

extension Int {
  fileprivate func within(_ range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
