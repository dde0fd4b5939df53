extension Credential {
  /// True when nobody could tell this credential from another one of the same value: they belong to
  /// different people, are both active, and are valid at one door at one time. One person's code
  /// over several reservations is no clash.
  ///
  /// `scopes` are the doors of each scope; an unknown scope has none.
  public func clashes(with other: Credential, scopes: [ScopeID: Set<DoorID>]) -> Bool {
    guard kind == other.kind, person != other.person, status == .active, other.status == .active,
      overlapsInTime(other)
    else { return false }
    // The cards tell which of them it is.
    if let issue, let other = other.issue, issue != other { return false }
    // Without places it is valid wherever its person has access.
    guard namesPlaces, other.namesPlaces else { return true }
    return !allDoors(scopes).isDisjoint(with: other.allDoors(scopes))
  }

  private func overlapsInTime(_ other: Credential) -> Bool {
    func begins(_ from: WallInstant?, before until: WallInstant?) -> Bool {
      guard let from, let until else { return true }
      return from < until
    }
    return begins(validFrom, before: other.validUntil)
      && begins(other.validFrom, before: validUntil)
  }

  private func allDoors(_ known: [ScopeID: Set<DoorID>]) -> Set<DoorID> {
    scopes.reduce(into: doors) { $0.formUnion(known[$1] ?? []) }
  }
}
