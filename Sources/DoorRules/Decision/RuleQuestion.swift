/// Everything that a rule may read, and how it answers. What several rules read is worked out once.
struct RuleQuestion {
  let request: AccessRequest
  let holder: CredentialHolder
  let place: DoorPlace
  let policy: PolicySnapshot
  /// See ``PolicySnapshot/onlyLeaves(_:)``.
  let onlyLeaves: Bool
  /// Somebody asks why: answers have their words.
  let isExplaining: Bool
  /// The credential's class; somebody without a credential is of the standard class.
  let credentialClass: CredentialClass
  /// The areas that begin and end here; nil where none does.
  private(set) var way: ReaderWay?
  /// The path that lets the person in; nil when there is none.
  private(set) var accessPath: AccessPath?

  init(
    request: AccessRequest, holder: CredentialHolder, place: DoorPlace, policy: PolicySnapshot,
    onlyLeaves: Bool, isExplaining: Bool
  ) {
    self.request = request
    self.holder = holder
    self.place = place
    self.policy = policy
    self.onlyLeaves = onlyLeaves
    self.isExplaining = isExplaining
    credentialClass = policy.credentialClass(
      named: holder.credential?.className ?? CredentialClass.standardName)
    way = findWay()
    accessPath = findPath()
  }

  var door: DoorPolicy { place.door }
  var settings: EffectiveSettings { place.settings }

  /// What the facility's clock shows at the time of the request; nil while the rules of its zone
  /// are not known.
  var now: CivilMoment? { policy.zone?.civil(at: request.at) }

  var className: String { holder.credential?.className ?? CredentialClass.standardName }

  /// What an entry now uses.
  var used: UsedCredential? { holder.used(at: request.at, request.clockTrust) }

  /// `credential K`, or `person P` for somebody without one.
  var subject: String {
    holder.credential.map { "credential \($0.id)" } ?? "person \(holder.person.id)"
  }

  /// Somebody else may be needed here. Nobody is held in, and nobody waits at a door that stands open.
  var mayNeedCompany: Bool { !request.mode.holdsOpen && !onlyLeaves }

  /// True when the door is among these doors, or in one of these scopes.
  func covers(_ doors: Set<DoorID>, _ scopes: Set<ScopeID>) -> Bool {
    doors.contains(door.id) || !scopes.isDisjoint(with: place.scopes)
  }
}

// How a rule answers. The words cost nothing unless somebody asks for them.
extension RuleQuestion {
  /// The rule lets the person pass.
  func pass(
    from source: @autoclosure () -> SettingSource? = nil, _ detail: @autoclosure () -> String
  ) -> RuleAnswer {
    answer(nil, from: source(), detail())
  }

  func deny(
    _ reason: DenialReason, from source: @autoclosure () -> SettingSource? = nil,
    _ detail: @autoclosure () -> String
  ) -> RuleAnswer {
    answer(reason, from: source(), detail())
  }

  /// `source` is where the value that the rule compared came from, `detail` the values compared.
  func answer(
    _ denial: DenialReason?, from source: @autoclosure () -> SettingSource? = nil,
    _ detail: @autoclosure () -> String
  ) -> RuleAnswer {
    guard isExplaining else { return RuleAnswer(denial: denial) }
    return RuleAnswer(denial: denial, source: source()?.description, detail: detail())
  }
}

/// A rule's answer.
struct RuleAnswer {
  /// Nil when the rule lets the person pass.
  var denial: DenialReason?
  /// Where the value that it compared came from.
  var source: String?
  /// The values compared; empty unless somebody asks.
  var detail = ""
}
