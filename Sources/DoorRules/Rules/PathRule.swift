/// Either path opens: the credential was issued for this door and the membership is active, or
/// a personal grant covers it.
func pathRule(_ question: RuleQuestion) -> RuleAnswer {
  if let path = question.accessPath {
    return .pass("\(question.holder.person.id) may enter \(question.door.id) via \(path.name)")
  }
  let person = question.holder.person
  return .deny(
    .ruleMismatch,
    "no grant of \(person.id) covers \(question.door.id); membership is \(person.membershipStatus)"
  )
}

/// What lets a person in at all.
enum AccessPath {
  case credential
  case grant(Grant)

  var name: String {
    switch self {
    case .credential: "credential"
    case .grant: "grant"
    }
  }
}

extension RuleQuestion {
  /// The membership status that rules let pass.
  static var activeStatus: String { "active" }

  /// Paths that lead here. A grant counts whatever the membership is.
  var accessPaths: [AccessPath] {
    let credential = holder.credential
    var paths: [AccessPath] = []
    if credential.namesPlaces, covers(credential.doors, credential.scopes),
      holder.person.membershipStatus == Self.activeStatus
    {
      paths.append(.credential)
    }
    for grant in holder.person.grants
    where grant.facilityWide || covers(grant.doors, grant.groups) {
      paths.append(.grant(grant))
    }
    return paths
  }

  /// The path that opens now, or else the first that there is.
  var accessPath: AccessPath? {
    let paths = accessPaths
    return paths.first { hours(of: $0)?.hours.contains(request.at, in: policy.zone) ?? true }
      ?? paths.first
  }

  /// Hours of a path with where they come from; nil is always.
  func hours(of path: AccessPath) -> (hours: WeeklyHours, source: String)? {
    switch path {
    case .grant(let grant):
      if let hours = grant.accessHours { return (hours, "personal grant") }
      return doorHours
    case .credential:
      return doorHours
    }
  }
}
