/// A rule with its name. A type of its own: a function in a tuple of an array is wrapped anew on the
/// heap whenever it is read.
struct AccessRule: Sendable {
  /// What a rule means to somebody whose way only leads out. No rule holds anybody in but one that says
  /// who is there at all, or that is about leaving itself.
  enum WhoeverLeaves: Sendable {
    /// The rule says who is there, or is about leaving: it denies as ever.
    case isJudged
    /// The rule only keeps people out: it still says what it found, and denies nothing.
    case passes
  }

  /// What an explanation adds where a rule finds something and somebody leaves all the same.
  static let holdsNobodyIn = "; that holds nobody in"

  let name: String
  let whoeverLeaves: WhoeverLeaves
  let apply: @Sendable (RuleQuestion) -> RuleAnswer

  init(
    _ name: String, whoeverLeaves: WhoeverLeaves,
    _ apply: @escaping @Sendable (RuleQuestion) -> RuleAnswer
  ) {
    self.name = name
    self.whoeverLeaves = whoeverLeaves
    self.apply = apply
  }
}

extension ExplanationStep {
  /// The same finding, where somebody leaves all the same.
  var holdingNobodyIn: ExplanationStep {
    ExplanationStep(
      rule: rule, passed: true, detail: detail + AccessRule.holdsNobodyIn, source: source)
  }
}
