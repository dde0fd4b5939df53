/// A rule that lets people of a kind enter. Every condition of it must hold; one fitting rule of
/// several is enough.
public struct MemberRule: Sendable, Hashable {
  /// The most rules at one level.
  public static let rulesMax = 64

  /// The operator's name for it, shown by explanations.
  public var name: String
  /// Member types that it is for; nil is every type.
  public var memberTypes: Set<String>?
  /// Membership statuses that it is for.
  public var membershipStatuses: Set<String>
  /// The person must have at least one of these; empty requires none.
  public var anyTags: Set<String>
  /// The person must have each of these.
  public var allTags: Set<String>
  /// The person must have none of these.
  public var noneOfTags: Set<String>
  /// Hours of this rule; nil means the door's own.
  public var accessHours: WeeklyHours?

  public init(
    name: String, memberTypes: Set<String>? = nil, membershipStatuses: Set<String> = ["active"],
    anyTags: Set<String> = [], allTags: Set<String> = [], noneOfTags: Set<String> = [],
    accessHours: WeeklyHours? = nil
  ) {
    self.name = name
    self.memberTypes = memberTypes
    self.membershipStatuses = membershipStatuses
    self.anyTags = anyTags
    self.allTags = allTags
    self.noneOfTags = noneOfTags
    self.accessHours = accessHours
  }

  /// The first condition that the person does not meet, in words; nil when the rule fits.
  public func mismatch(of person: Person) -> String? {
    if let memberTypes, !memberTypes.holds(person.memberType) {
      return "type \(quoted(person.memberType)) is not \(list(memberTypes))"
    }
    if !membershipStatuses.holds(person.membershipStatus) {
      return "status \(quoted(person.membershipStatus)) is not \(list(membershipStatuses))"
    }
    let tags = person.allTags
    if !anyTags.isEmpty, !anyTags.contains(where: tags.holds) {
      return "none of the tags \(list(anyTags))"
    }
    if !allTags.allSatisfy(tags.holds) {
      return "the tags \(list(allTags.filter { !tags.holds($0) })) are missing"
    }
    if noneOfTags.contains(where: tags.holds) {
      return "the tag \(list(noneOfTags.filter(tags.holds))) excludes"
    }
    return nil
  }

  private func quoted(_ text: String) -> String { "\"\(text)\"" }
  private func list(_ words: Set<String>) -> String { words.sorted().joined(separator: ", ") }
}

extension Set<String> {
  /// True if a word is in it byte for byte; Swift's own comparison takes two spellings of one
  /// accented letter for the same.
  func holds(_ word: String) -> Bool {
    firstIndex(of: word).map { self[$0].utf8.elementsEqual(word.utf8) } ?? false
  }
}
