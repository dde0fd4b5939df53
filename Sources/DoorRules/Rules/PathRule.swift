/// One path is enough: a member rule that fits, a personal grant that covers the door, or a
/// credential that was issued for the door itself. A way out needs none.
let pathRule = AccessRule("PathRule", whoeverLeaves: .passes) { question in
  let person = question.holder.person
  if let path = question.accessPath {
    return question.pass(
      from: path.source, "\(person.id) may enter \(question.door.id) by \(path.words)")
  }
  return question.deny(
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
  /// Now, by its hours, or else the door's.
  var isOpen: Bool

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
  /// Of all paths that lead here (rules in their order, then grants, then the credential) the first
  /// that is open now, or else the first.
  func findPath() -> AccessPath? { firstPath(isOpen: true) ?? firstPath(isOpen: false) }

  /// The first that is open now, or the first of all. A grant counts whatever the membership's state
  /// is; a credential issued for the door requires an active one.
  private func firstPath(isOpen: Bool) -> AccessPath? {
    let (rules, person) = (settings.memberRules, holder.person)
    func counts(_ own: WeeklyHours?) -> Bool { !isOpen || opensNow(own) }
    let rule = rules.value.first(fitting: {
      $0.mismatch(of: person) == nil && counts($0.accessHours)
    })
    if let rule {
      return AccessPath(
        kind: .rules, name: rule.name, source: rules.source, ownHours: rule.accessHours,
        isOpen: isOpen)
    }
    let grant = person.grants.first(fitting: {
      ($0.facilityWide || covers($0.doors, $0.groups)) && counts($0.accessHours)
    })
    if let grant {
      return AccessPath(kind: .grant, ownHours: grant.accessHours, isOpen: isOpen)
    }
    guard let credential = holder.credential, credential.namesPlaces,
      covers(credential.doors, credential.scopes),
      person.membershipStatus == Person.activeStatus, counts(nil)
    else { return nil }
    return AccessPath(kind: .credential, name: credential.id.rawValue, isOpen: isOpen)
  }

  /// By a path's own hours, or else the door's.
  private func opensNow(_ own: WeeklyHours?) -> Bool {
    guard let hours = own ?? settings.accessHours?.value else { return true }
    return isOpen(hours)
  }

  /// For each rule what does not fit, and how many grants lead elsewhere.
  func whyNoPath() -> String {
    let person = holder.person
    let rules = settings.memberRules.value.map { rule in
      let mismatch = rule.mismatch(of: person).map { rule.text(of: $0, for: person) }
      return "rule \"\(rule.name)\": \(mismatch ?? "fits")"
    }
    let grants = "\(holder.person.grants.count) grants, none for \(door.id)"
    return ((rules.isEmpty ? ["no member rules"] : rules) + [grants]).joined(separator: "; ")
  }
}

extension Person {
  /// The membership status that gives access.
  static let activeStatus = "active"
}
