/// Whose entry begins the windows of a door's unlock schedule, where each waits for a first person.
public struct FirstPersonPlan: Sendable, Hashable {
  /// Range of ``minutesBefore``.
  public static let minutesBeforeRange = 0...120

  /// Whoever has one of these.
  public var anyTags: Set<String>
  /// Whoever is of one of these types. With neither a tag nor a type: everybody who may enter.
  public var memberTypes: Set<String>
  /// Who enters so long before a window counts for it, and the door unlocks when it begins.
  public var minutesBefore: Int

  public init(
    anyTags: Set<String> = [], memberTypes: Set<String> = [], minutesBefore: Int = 0
  ) {
    self.anyTags = anyTags
    self.memberTypes = memberTypes
    self.minutesBefore = minutesBefore
  }

  func allows(_ person: Person) -> Bool {
    anyTags.isEmpty && memberTypes.isEmpty
      || person.isOne(ofTags: anyTags, orTypes: memberTypes)
  }
}

extension RuleQuestion {
  /// The person's entry begins a window of the unlock schedule, if one waits for it.
  var mayBeFirst: Bool { settings.firstPerson?.value.allows(holder.person) ?? true }

  /// What an explanation says about it; nil where no schedule waits for such a person. Nobody is denied
  /// for it.
  var firstPersonStep: ExplanationStep? {
    guard settings.unlocksWithFirstPerson.value, let plan = settings.firstPerson else { return nil }
    let begins = mayBeFirst ? "begins" : "does not begin"
    return ExplanationStep(
      rule: "FirstPerson", passed: true,
      detail: "\(begins) a window of the unlock schedule, from"
        + " \(plan.value.minutesBefore) min before it on",
      source: plan.source.description)
  }
}
