/// Where and when the credentials of a controller open, beside what they say themselves.
public struct CredentialReach: Sendable, Hashable {
  /// The doors of each scope; an unknown scope has none.
  public var scopes: [ScopeID: Set<DoorID>]
  /// Seconds before its start from which a credential opens.
  public var leadSeconds: Int64
  /// Seconds before its end from which it no longer does.
  public var tailSeconds: Int64

  public init(
    scopes: [ScopeID: Set<DoorID>] = [:],
    leadSeconds: Int64 = FacilityPolicy.leadSecondsDefault,
    tailSeconds: Int64 = FacilityPolicy.tailSecondsDefault
  ) {
    self.scopes = scopes
    self.leadSeconds = leadSeconds
    self.tailSeconds = tailSeconds
  }
}

extension Credential {
  /// True when nobody could tell this credential from another one of the same value: they belong to
  /// different people, are both active, and open one door at one time, lead and tail included. One
  /// person's code over several reservations is no clash.
  public func clashes(with other: Credential, in reach: CredentialReach) -> Bool {
    guard kind == other.kind, person != other.person, status == .active, other.status == .active,
      overlapsInTime(other, in: reach)
    else { return false }
    // The cards tell which of them it is.
    if let issue, let other = other.issue, issue != other { return false }
    // Without places it is valid wherever its person has access.
    guard namesPlaces, other.namesPlaces else { return true }
    return !allDoors(reach.scopes).isDisjoint(with: other.allDoors(reach.scopes))
  }

  private func overlapsInTime(_ other: Credential, in reach: CredentialReach) -> Bool {
    func begins(_ from: WallInstant?, before until: WallInstant?) -> Bool {
      guard let from, let until else { return true }
      return from.advanced(bySeconds: -reach.leadSeconds)
        < until.advanced(bySeconds: -reach.tailSeconds)
    }
    return begins(validFrom, before: other.validUntil)
      && begins(other.validFrom, before: validUntil)
  }

  private func allDoors(_ known: [ScopeID: Set<DoorID>]) -> Set<DoorID> {
    scopes.reduce(into: doors) { $0.formUnion(known[$1] ?? []) }
  }
}
