/// One question to the rules: may the holder of what was presented enter here now?
public struct AccessRequest: Sendable, Hashable {
  public var door: DoorID
  public var presentation: Presentation
  /// What the look-up found under the digests of what was presented; empty when it is unknown.
  /// Several only when a value was issued more than once; each is then judged.
  public var holders: [CredentialHolder]
  /// The time to judge by, as far as ``clockTrust`` allows.
  public var at: WallInstant
  public var clockTrust: ClockTrust
  /// Seconds since the last contact with the cloud; 0 while connected.
  public var cacheAgeSeconds: Int64
  /// The door's mode in force.
  public var mode: DoorMode
  /// An administrator's override of every rule.
  public var override: AdminOverride?
  /// The reader that it was presented at; nil for a phone or a dry run.
  public var reader: ReaderID?
  /// All readers of the door: a phone passes where they lead.
  public var doorReaders: [ReaderID]
  /// Who passed every other rule here just before, for the two-person rule.
  public var companion: PersonID?
  /// The companion may enter, but for a host.
  public var companionNeedsHost: Bool
  /// A host who enters with this person, or entered here just before.
  public var host: PersonID?
  /// Another door of the interlock that is not locked and closed.
  public var interlockedBy: DoorID?
  /// Of the areas that limit people.
  public var areaCounts: AreaCounts
  /// The plans in force, at whatever doors.
  public var plans: [PlanEntry]

  public init(
    door: DoorID, presentation: Presentation, holders: [CredentialHolder], at: WallInstant,
    clockTrust: ClockTrust, cacheAgeSeconds: Int64 = 0, mode: DoorMode = .normal,
    override: AdminOverride? = nil, reader: ReaderID? = nil, doorReaders: [ReaderID] = [],
    companion: PersonID? = nil, companionNeedsHost: Bool = false, host: PersonID? = nil,
    interlockedBy: DoorID? = nil, areaCounts: AreaCounts = AreaCounts(), plans: [PlanEntry] = []
  ) {
    self.door = door
    self.presentation = presentation
    self.holders = holders
    self.at = at
    self.clockTrust = clockTrust
    self.cacheAgeSeconds = cacheAgeSeconds
    self.mode = mode
    self.override = override
    self.reader = reader
    self.doorReaders = doorReaders
    self.companion = companion
    self.companionNeedsHost = companionNeedsHost
    self.host = host
    self.interlockedBy = interlockedBy
    self.areaCounts = areaCounts
    self.plans = plans
  }
}

/// Who overrides the rules, and why.
public struct AdminOverride: Sendable, Hashable {
  /// The administrator's name, for the record.
  public var by: String
  /// Must not be blank.
  public var reason: String

  public init(by: String, reason: String) {
    self.by = by
    self.reason = reason
  }

  /// True when the reason is not blank.
  public var hasReason: Bool {
    reason.unicodeScalars.contains { !$0.properties.isWhitespace }
  }
}

/// The answer, with its reasons.
public struct Verdict: Sendable, Hashable {
  /// Grant or denial, with its cause.
  public enum Decision: Sendable, Hashable {
    case grant(via: GrantPath)
    case deny(DenialReason)
  }

  public var decision: Decision
  /// The credential that was judged; nil when there is none, or none is known.
  public var credential: CredentialID?
  /// Its person; nil when unknown.
  public var person: PersonID?
  /// The revision of the policy that decided.
  public var policyRevision: UInt64
  /// The credential that this entry uses; nil for a denial, and for somebody without one.
  public var uses: UsedCredential?
  /// What it uses beside: the PIN that was typed after the card.
  public var alsoUses: [UsedCredential]
  /// Areas that the person enters or leaves with this entry.
  public var passages: [AreaPassage]
  /// It broke anti-passback in an area that only records that.
  public var breaksAntiPassback: Bool
  /// The credential raises a silent duress alarm.
  public var isDuress: Bool
  /// Who badged first, where this person is let in as the second of two.
  public var companion: PersonID?
  /// Who escorts this person.
  public var host: PersonID?
  /// What the person has to do with escorts.
  public var escort: Person.Escort?
  /// The way only leads out: nothing is used, and nobody came in.
  public var isLeaving: Bool
  /// The first reason that would have kept this person out; it holds nobody in.
  public var leavesDespite: DenialReason?
  /// The person may leave the door unlocked (``OfficePlan``).
  public var mayUseOffice = false
  /// The plan that denied; of a grant, the plan that would have and is only practised.
  public var plan: PlanID?
  /// The entry begins a window of the unlock schedule that waits for one.
  public var mayBeFirst = true
  /// How long the door takes for this person; nil is as for everybody.
  public var extendedTimes: ExtendedTimes.Times?
  /// What was checked, in order; the last step decided.
  public var steps: [ExplanationStep]

  public init(
    decision: Decision, credential: CredentialID?, person: PersonID?, policyRevision: UInt64,
    used: [UsedCredential] = [], passages: [AreaPassage] = [], breaksAntiPassback: Bool = false,
    isDuress: Bool = false, companion: PersonID? = nil, host: PersonID? = nil,
    escort: Person.Escort? = nil, isLeaving: Bool = false, leavesDespite: DenialReason? = nil,
    plan: PlanID? = nil, steps: [ExplanationStep]
  ) {
    self.decision = decision
    self.credential = credential
    self.person = person
    self.policyRevision = policyRevision
    uses = used.first
    alsoUses = Array(used.dropFirst())
    self.passages = passages
    self.breaksAntiPassback = breaksAntiPassback
    self.isDuress = isDuress
    self.companion = companion
    self.host = host
    self.escort = escort
    self.isLeaving = isLeaving
    self.leavesDespite = leavesDespite
    self.plan = plan
    self.steps = steps
  }

  /// The credentials that this entry uses; none for a denial.
  public var used: [UsedCredential] { [uses].compactMap { $0 } + alsoUses }

  public var isGrant: Bool {
    switch decision {
    case .grant: true
    case .deny: false
    }
  }
}

/// Into an area or out of it, to be persisted once the person has passed.
public struct AreaPassage: Sendable, Hashable {
  public var area: AreaID
  /// True into the area, false out of it.
  public var isInside: Bool

  public init(area: AreaID, isInside: Bool) {
    self.area = area
    self.isInside = isInside
  }
}

/// What lets a person in.
public enum GrantPath: String, Sendable, Hashable, CaseIterable {
  /// A member rule of door, scope or facility.
  case rules
  /// A personal grant.
  case grant
  /// The credential itself was issued for this door, as with a reservation.
  case credential
  /// Nothing: the way only leads out, and nobody is held in.
  case leaving
  /// An administrator, against the rules.
  case override
}

/// One rule's answer to a request.
public struct ExplanationStep: Sendable, Hashable {
  /// The rule, by the name of its file.
  public var rule: String
  /// True when this rule lets the person pass.
  public var passed: Bool
  /// The values compared, for a technician.
  public var detail: String
  /// Where the effective value came from (door, scope by name, facility); nil where the value
  /// is the credential's or the person's own.
  public var source: String?

  public init(rule: String, passed: Bool, detail: String, source: String? = nil) {
    self.rule = rule
    self.passed = passed
    self.detail = detail
    self.source = source
  }
}
