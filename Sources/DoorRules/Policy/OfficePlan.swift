/// A door's office mode: who may leave the door unlocked, by presenting the same card or PIN so many
/// times in a row, and how long that lasts. The same again locks it.
public struct OfficePlan: Sendable, Hashable {
  public static let presentationsRange = 2...5
  public static let presentationsDefault = 2
  /// Range of ``withinMilliseconds``.
  public static let withinRange = 1_000...20_000
  public static let withinMillisecondsDefault = 5_000
  /// Range of ``minutes``.
  public static let minutesRange = 1...1_440
  public static let minutesDefault = 600

  /// Whoever has one of these may.
  public var anyTags: Set<String>
  /// Whoever is of one of these types may. With neither a tag nor a type nobody may.
  public var memberTypes: Set<String>
  public var presentations: Int
  /// From the first of these presentations to the last one.
  public var withinMilliseconds: Int
  /// The longest time that the door stays unlocked.
  public var minutes: Int
  /// The only hours in which it may; nil is always.
  public var hours: WeeklyHours?

  public init(
    anyTags: Set<String> = [], memberTypes: Set<String> = [],
    presentations: Int = presentationsDefault,
    withinMilliseconds: Int = withinMillisecondsDefault, minutes: Int = minutesDefault,
    hours: WeeklyHours? = nil
  ) {
    self.anyTags = anyTags
    self.memberTypes = memberTypes
    self.presentations = presentations
    self.withinMilliseconds = withinMilliseconds
    self.minutes = minutes
    self.hours = hours
  }

  /// Never somebody who needs a host: at a door that stands open nobody asks for one, and whoever locks it
  /// is let in once more.
  func allows(_ person: Person) -> Bool {
    person.escort != .needed && person.isOne(ofTags: anyTags, orTypes: memberTypes)
  }
}

extension RuleQuestion {
  /// The person passes by right, and may leave this door unlocked.
  var mayUseOffice: Bool { settings.office?.value.allows(holder.person) ?? false }

  /// What an explanation says about it; nil at a door without an office mode. Nobody is denied for it.
  var officeStep: ExplanationStep? {
    guard let office = settings.office else { return nil }
    let plan = office.value
    func list(_ words: Set<String>) -> String {
      words.isEmpty ? "none" : words.sorted().joined(separator: ", ")
    }
    let who = "tags \(list(plan.anyTags)), types \(list(plan.memberTypes))"
    return ExplanationStep(
      rule: "OfficeMode", passed: true,
      detail: mayUseOffice
        ? "may leave the door unlocked for \(plan.minutes) min: the same \(plan.presentations) times"
          + " within \(plan.withinMilliseconds) ms (\(who))"
        : "may not leave the door unlocked (\(who))",
      source: office.source.description)
  }
}
