/// The words and places that a configuration knows. A record may name others: it is stored, and
/// whoever sent it is told, since it cannot mean here what was meant.
public struct PolicyWords: Sendable, Hashable {
  /// Membership statuses that some rule matches, and the one that gives access.
  public var statuses: Set<String>
  /// Classes of credentials, configured and built in.
  public var classes: Set<String>
  public var doors: Set<DoorID>
  /// Where and when credentials open.
  public var reach: CredentialReach
  /// Whose words these are; nil is not asked.
  public var controller: ControllerID?

  public init(
    statuses: Set<String> = [], classes: Set<String> = [], doors: Set<DoorID> = [],
    reach: CredentialReach = CredentialReach(), controller: ControllerID? = nil
  ) {
    self.statuses = statuses
    self.classes = classes
    self.doors = doors
    self.reach = reach
    self.controller = controller
  }
}

extension PolicyWords {
  /// Nil before the first configuration, which knows nothing.
  public init?(of policy: PolicySnapshot) {
    guard policy.revision > 0 else { return nil }
    let levels =
      [policy.facility.settings] + policy.scopes.values.map(\.settings)
      + policy.doors.values.map(\.settings)
    let rules = levels.flatMap { $0.memberRules ?? [] }
    self.init(
      statuses: rules.reduce(into: [Person.activeStatus]) { $0.formUnion($1.membershipStatuses) },
      classes: Set(policy.facility.classes.keys).union(CredentialClass.builtInNames),
      doors: Set(policy.doors.keys),
      reach: CredentialReach(
        scopes: policy.scopes.mapValues(\.doors), leadSeconds: policy.facility.leadSeconds,
        tailSeconds: policy.facility.tailSeconds),
      controller: policy.facility.controller)
  }
}
