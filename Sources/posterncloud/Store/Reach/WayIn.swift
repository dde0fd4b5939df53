import CloudProtocol
import DoorRules

/// What may bring a person to a controller's doors although nothing was issued to the person there:
/// a member rule, a grant, a desk that hands keys over. A person and a controller that have one in
/// common belong together. It may bring too many, never too few: the door itself decides.
struct WayIn: Sendable, Hashable {
  var text: String

  init(_ text: String) { self.text = text }

  /// A grant for every door.
  static let everyDoor = WayIn("everyDoor")
  /// A member rule for every type and tag.
  static let anyMember = WayIn("anyMember")
  /// A desk may hand keys over here; a key's holder whom the door does not know counts as a member
  /// without any mark.
  static let desk = WayIn("desk")

  static func door(_ id: String) -> WayIn { WayIn("door:\(id)") }
  static func scope(_ id: String) -> WayIn { WayIn("scope:\(id)") }
  static func memberType(_ type: String) -> WayIn { WayIn("type:\(type)") }
  static func tag(_ tag: String) -> WayIn { WayIn("tag:\(tag)") }
  /// No person has it: it finds the controllers of a site.
  static func site(_ id: String) -> WayIn { WayIn("site:\(id)") }

  // Doors compare words byte for byte; Swift takes two spellings of one accented letter for the same.
  static func == (left: Self, right: Self) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

extension ConfigurationDocument {
  /// Every way to a door of this configuration, and the site.
  var waysIn: Set<WayIn> {
    var ways: Set<WayIn> = [.site(facility.id), .everyDoor]
    ways.formUnion(doors.map { .door($0.id) })
    ways.formUnion(scopes.filter { !$0.doors.isEmpty }.map { .scope($0.id) })
    let settings = [facility.settings] + scopes.map(\.settings) + doors.map(\.settings)
    for rule in settings.flatMap({ $0.memberRules ?? [] }) { ways.formUnion(rule.waysIn) }
    return ways
  }
}

extension MemberRuleDocument {
  /// The first of its conditions that names people.
  fileprivate var waysIn: [WayIn] {
    if let memberTypes { return memberTypes.map { .memberType($0) } }
    if let anyTags, !anyTags.isEmpty { return anyTags.map { .tag($0) } }
    if let first = allTags?.first { return [.tag(first)] }
    return [.anyMember]
  }
}

extension PersonRecord {
  /// Every way that this record opens, whether or not access is switched on and the membership
  /// counts: the door then says why it denies.
  var waysIn: Set<WayIn> {
    var ways: Set<WayIn> = [.anyMember, .memberType(memberType)]
    ways.formUnion((tags + (customTags ?? [])).map { .tag($0) })
    for grant in grants {
      if grant.facilityWide { ways.insert(.everyDoor) }
      ways.formUnion(grant.doors.map { .door($0) } + grant.groups.map { .scope($0) })
    }
    if decidesAboutKeys { ways.insert(.desk) }
    return ways
  }

  /// Whether a key that was handed over opens otherwise for this person than for one whom the door
  /// does not know.
  private var decidesAboutKeys: Bool {
    !accessEnabled || membershipStatus != "active" || exclusions?.isEmpty == false
      || qualifications?.isEmpty == false || escort != nil
  }
}
