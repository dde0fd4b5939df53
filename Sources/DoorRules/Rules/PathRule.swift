/// One path is enough: a member rule that fits, a personal grant that covers the door, or a
/// credential that was issued for the door itself. A way out needs none.
let pathRule = AccessRule("PathRule", whoeverLeaves: .passes) { question in
  let person = question.holder.person
  if let path = question.accessPath {
    return .pass(
      from: path.source, "\(person.id) may enter \(question.door.id) by \(path.words)")
  }
  return .deny(
    .ruleMismatch, from: question.settings.memberRules.source, question.whyNoPath())
}

/// What gives a person access to a door.
struct AccessPath: Sendable {
  var kind: GrantPath
  /// The rule's name or the credential's id.
  var name = ""
  /// Where a rule was configured.
  var source: SettingSource?
  /// Hours of this path, when it has its own.
  var ownHours: WeeklyHours?

  var words: String {
    switch kind {
    case .rules: "rule \"\(name)\""
    case .grant: "a personal grant"
    case .credential: "credential \(name)"
    case .leaving: "leaving"
    case .override: "override"
    }
  }
}

extension RuleQuestion {
  /// Every path that leads here: rules in their order, then grants, then the credential. A grant
  /// counts whatever the membership's state is; a credential issued for the door requires an active
  /// one.
  private var accessPaths: [AccessPath] {
    var paths: [AccessPath] = []
    let rules = settings.memberRules
    for rule in rules.value where rule.mismatch(of: holder.person) == nil {
      paths.append(
        AccessPath(
          kind: .rules, name: rule.name, source: rules.source, ownHours: rule.accessHours))
    }
    for grant in holder.person.grants
    where grant.facilityWide || covers(grant.doors, grant.groups) {
      paths.append(AccessPath(kind: .grant, ownHours: grant.accessHours))
    }
    if let credential = holder.credential, credential.namesPlaces,
      covers(credential.doors, credential.scopes),
      holder.person.membershipStatus == Person.activeStatus
    {
      paths.append(AccessPath(kind: .credential, name: credential.id.rawValue))
    }
    return paths
  }

  /// The first path that is open now, or else the first path.
  func findPath() -> AccessPath? {
    let paths = accessPaths
    guard paths.count > 1 else { return paths.first }
    return paths.first { path in hours(of: path).map { isOpen($0.value) } ?? true } ?? paths.first
  }

  /// For each rule what does not fit, and how many grants lead elsewhere.
  func whyNoPath() -> String {
    let rules = settings.memberRules.value.map {
      "rule \"\($0.name)\": \($0.mismatch(of: holder.person) ?? "fits")"
    }
    let grants = "\(holder.person.grants.count) grants, none for \(door.id)"
    return ((rules.isEmpty ? ["no member rules"] : rules) + [grants]).joined(separator: "; ")
  }
}

extension Person {
  /// The membership status that gives access.
  static let activeStatus = "active"
}
