/// Who needs longer to pass a door, such as somebody in a wheelchair, and how long the door then takes.
public struct ExtendedTimes: Sendable, Hashable {
  /// Range of ``Times/holdTimeSeconds``.
  public static let holdTimeSecondsRange = 1...120
  /// Range of ``Times/heldOpenSeconds``.
  public static let heldOpenSecondsRange = 1...1_800

  /// What is longer; a nil time is as for everybody.
  public struct Times: Sendable, Hashable {
    /// How long the lock is released.
    public var holdTimeSeconds: Int?
    /// How long the leaf may stand open before the alarm.
    public var heldOpenSeconds: Int?

    public init(holdTimeSeconds: Int? = nil, heldOpenSeconds: Int? = nil) {
      self.holdTimeSeconds = holdTimeSeconds
      self.heldOpenSeconds = heldOpenSeconds
    }

    /// The longer of each.
    public func longest(with other: Times?) -> Times {
      func later(_ one: Int?, _ two: Int?) -> Int? { [one, two].compactMap { $0 }.max() }
      return Times(
        holdTimeSeconds: later(holdTimeSeconds, other?.holdTimeSeconds),
        heldOpenSeconds: later(heldOpenSeconds, other?.heldOpenSeconds))
    }
  }

  /// Whoever has one of these.
  public var anyTags: Set<String>
  /// Whoever is of one of these types. With neither a tag nor a type: nobody.
  public var memberTypes: Set<String>
  public var times: Times

  public init(
    anyTags: Set<String> = [], memberTypes: Set<String> = [], times: Times = Times()
  ) {
    self.anyTags = anyTags
    self.memberTypes = memberTypes
    self.times = times
  }
}

extension RuleQuestion {
  /// The times of whoever needs longer here; nil for everybody else. Nobody has less time by it than others.
  var extendedTimes: ExtendedTimes.Times? {
    guard let plan = settings.extendedTimes?.value,
      holder.person.isOne(ofTags: plan.anyTags, orTypes: plan.memberTypes)
    else { return nil }
    var times = plan.times
    times.holdTimeSeconds = times.holdTimeSeconds.map { max($0, settings.holdTimeSeconds.value) }
    return times
  }

  /// What an explanation says about it; nil for everybody else.
  var extendedTimesStep: ExplanationStep? {
    guard let source = settings.extendedTimes?.source, let times = extendedTimes else { return nil }
    let parts = [
      times.holdTimeSeconds.map { "is released for \($0) s" },
      times.heldOpenSeconds.map { "may stand open for \($0) s" },
    ].compactMap { $0 }
    return ExplanationStep(
      rule: "ExtendedTimes", passed: true,
      detail: "needs longer: the door \(parts.joined(separator: " and "))",
      source: source.description)
  }
}
