import DoorRules

/// A small facility in which every part of a request can be set.
struct RuleWorld {
  static let front = DoorID("front")!
  static let back = DoorID("back")!
  static let all = ScopeID("all")!
  static let ada = PersonID("ada")!
  static let key = CredentialID("key")!
  static let here = ControllerID("here")!

  /// Monday 1970-01-05, noon, in UTC.
  static let noon = WallInstant(secondsSince1970: 4 * 86_400 + 12 * 3_600)

  var facility = FacilityPolicy(leadSeconds: 900, tailSeconds: 60, controller: here)
  var scopes: [Scope] = []
  var door = DoorPolicy(id: front, name: "Front")
  var person = Person(id: ada, accessEnabled: true, grants: [Grant(doors: [front])])
  var credential: Credential? = Credential(id: key, kind: .card, person: ada)
  var use = CredentialUse()
  /// What the card told.
  var issue: UInt64?
  var at = noon
  var presentation = Presentation.card
  var clockTrust = ClockTrust.synchronised
  var cacheAgeSeconds: Int64 = 0
  var mode = DoorMode.normal
  var override: AdminOverride?
  var isKnown = true
  var reader: ReaderID?
  var doorReaders: [ReaderID] = []
  var presence: [AreaID: AreaPresence] = [:]
  var companion: PersonID?
  var companionNeedsHost = false
  var host: PersonID?
  var interlockedBy: DoorID?
  var areaCounts = AreaCounts()
  var plans: [PlanEntry] = []
  /// Nil: this device does not know the rules of the facility's zone.
  var zone: ZoneRules? = .utc

  init(_ change: (inout RuleWorld) -> Void = { _ in }) { change(&self) }

  /// A world in which nothing but these rules lets anybody in.
  static func withoutPaths(
    _ rules: [MemberRule]? = nil, _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.person.grants = []
      $0.facility.settings.memberRules = rules
      change(&$0)
    }
  }

  var policy: PolicySnapshot {
    PolicySnapshot(
      revision: 7, zone: zone, facility: facility,
      scopes: Dictionary(uniqueKeysWithValues: scopes.map { ($0.id, $0) }),
      doors: [
        door.id: door, Self.back: DoorPolicy(id: Self.back, name: "Back"),
      ])
  }

  var request: AccessRequest {
    AccessRequest(
      door: Self.front, presentation: presentation,
      holders: isKnown
        ? [
          CredentialHolder(
            credential: credential, person: person, use: use, presence: presence, issue: issue)
        ] : [],
      at: at, clockTrust: clockTrust, cacheAgeSeconds: cacheAgeSeconds, mode: mode,
      override: override, reader: reader, doorReaders: doorReaders, companion: companion,
      companionNeedsHost: companionNeedsHost, host: host,
      interlockedBy: interlockedBy, areaCounts: areaCounts, plans: plans)
  }

  func verdict() -> Verdict { decide(request, under: policy, explaining: true) }

  /// Nil is a grant.
  var denial: DenialReason? {
    switch verdict().decision {
    case .grant: nil
    case .deny(let reason): reason
    }
  }

  var path: GrantPath? {
    switch verdict().decision {
    case .grant(let path): path
    case .deny: nil
    }
  }

  /// The step of a rule.
  func step(_ rule: String) -> ExplanationStep? { verdict().steps.first { $0.rule == rule } }

  /// Open Mondays from `from` to `to`.
  static func hours(_ from: String, _ to: String) throws -> WeeklyHours {
    try WeeklyHours(parsing: ["monday": [(from, to)]])
  }
}
