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

  /// A condition that a person does not meet.
  public enum Mismatch: Sendable, Hashable {
    case memberType, status, anyTags, allTags, noneOfTags
  }

  /// The first condition that the person does not meet; nil when the rule fits.
  public func mismatch(of person: Person) -> Mismatch? {
    if let memberTypes, !memberTypes.holds(person.memberType) { return .memberType }
    if !membershipStatuses.holds(person.membershipStatus) { return .status }
    if !anyTags.isEmpty, !anyTags.contains(where: { person.hasTag($0) }) { return .anyTags }
    if !allTags.allSatisfy({ person.hasTag($0) }) { return .allTags }
    if noneOfTags.contains(where: { person.hasTag($0) }) { return .noneOfTags }
    return nil
  }

  /// What a person does not meet, in words.
  public func text(of mismatch: Mismatch, for person: Person) -> String {
    switch mismatch {
    case .memberType:
      "type \(quoted(person.memberType)) is not \(list(memberTypes ?? []))"
    case .status:
      "status \(quoted(person.membershipStatus)) is not \(list(membershipStatuses))"
    case .anyTags: "none of the tags \(list(anyTags))"
    case .allTags: "the tags \(list(allTags.filter { !person.hasTag($0) })) are missing"
    case .noneOfTags: "the tag \(list(noneOfTags.filter { person.hasTag($0) })) excludes"
    }
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
