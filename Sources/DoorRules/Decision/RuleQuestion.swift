/// Everything that a rule may read. A class, so that the closures that build the explanations share
/// it instead of copying it.
final class RuleQuestion {
  let request: AccessRequest
  let holder: CredentialHolder
  let door: DoorPolicy
  let settings: EffectiveSettings
  let policy: PolicySnapshot
  /// The path that lets the person in; nil when there is none.
  private(set) var accessPath: AccessPath?

  init(
    request: AccessRequest, holder: CredentialHolder, door: DoorPolicy,
    settings: EffectiveSettings, policy: PolicySnapshot
  ) {
    self.request = request
    self.holder = holder
    self.door = door
    self.settings = settings
    self.policy = policy
    accessPath = findPath()
  }

  /// What the facility's clock shows at the time of the request; nil while the rules of its zone
  /// are not known.
  var now: CivilMoment? { policy.zone?.civil(at: request.at) }

  /// The credential's class; somebody without a credential is of the standard class.
  var credentialClass: CredentialClass {
    policy.credentialClass(named: className)
  }

  var className: String { holder.credential?.className ?? CredentialClass.standardName }

  /// What an entry now uses.
  var used: UsedCredential? { holder.used(at: request.at, request.clockTrust) }

  /// `credential K`, or `person P` for somebody without one.
  var subject: String {
    holder.credential.map { "credential \($0.id)" } ?? "person \(holder.person.id)"
  }

  /// See ``PolicySnapshot/onlyLeaves(_:)``.
  var onlyLeaves: Bool { policy.onlyLeaves(request) }

  /// Somebody else may be needed here. Nobody is held in, and nobody waits at a door that stands open.
  var mayNeedCompany: Bool { !request.mode.holdsOpen && !onlyLeaves }

  /// True when the door is among these doors, or in one of these scopes.
  func covers(_ doors: Set<DoorID>, _ scopes: Set<ScopeID>) -> Bool {
    doors.contains(door.id)
      || scopes.contains { policy.scopes[$0]?.doors.contains(door.id) == true }
  }
}

/// A rule's answer.
struct RuleAnswer {
  /// Nil when the rule lets the person pass.
  var denial: DenialReason?
  /// Where the value that it compared came from.
  var source: SettingSource?
  /// The values compared; built only for an explanation.
  var detail: () -> String

  static func pass(
    from source: SettingSource? = nil, _ detail: @autoclosure @escaping () -> String
  ) -> RuleAnswer {
    RuleAnswer(denial: nil, source: source, detail: detail)
  }

  static func deny(
    _ reason: DenialReason, from source: SettingSource? = nil,
    _ detail: @autoclosure @escaping () -> String
  ) -> RuleAnswer {
    RuleAnswer(denial: reason, source: source, detail: detail)
  }
}
