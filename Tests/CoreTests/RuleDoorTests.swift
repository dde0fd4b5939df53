import DoorRules
import Testing

@Suite("A3 B3 B6: modes, presentation, override and the merge of settings")
struct RuleDoorTests {
  @Test("lockdown and force-closed deny everybody; the other modes leave it to the rules")
  func modes() {
    for mode in DoorMode.allCases {
      let expected: DenialReason? =
        mode == .lockdown ? .lockdown : mode == .forceClosed ? .maintenanceForceClosed : nil
      #expect(RuleWorld { $0.mode = mode }.denial == expected)
      let stranger = RuleWorld {
        $0.mode = mode
        $0.isKnown = false
      }
      #expect(stranger.denial == expected ?? .unknownCredential)
    }
  }

  @Test("an override with a reason beats modes and rules; without a reason it is denied")
  func override() {
    for mode in DoorMode.allCases {
      let world = RuleWorld {
        $0.mode = mode
        $0.isKnown = false
        $0.override = AdminOverride(by: "desk", reason: "fire drill")
      }
      #expect(world.path == .override)
    }
    for reason in ["", " ", "\n\t"] {
      let world = RuleWorld { $0.override = AdminOverride(by: "desk", reason: reason) }
      #expect(world.denial == .overrideReasonMissing)
    }
  }

  @Test("precedence of modes is fire, lockdown, force-closed, force-open, schedule, first person")
  func precedence() {
    let at = RuleWorld.noon
    func entry(_ mode: DoorMode, until: WallInstant? = nil) -> DoorModeEntry {
      DoorModeEntry(mode: mode, owner: "desk", reason: "drill", since: at, until: until)
    }
    var modes = DoorModes(DoorMode.allCases.map { entry($0) })
    #expect(modes.all.map(\.mode) == DoorMode.allCases)
    for mode in DoorMode.allCases.dropLast() {
      #expect(modes.effective(at: at)?.mode == mode)
      modes.clear(mode)
    }
    #expect(modes.effective(at: at) == nil)
    let end = at.advanced(bySeconds: 60)
    modes = DoorModes([entry(.lockdown, until: end), entry(.forceOpen)])
    #expect(modes.effective(at: end.advanced(bySeconds: -1))?.mode == .lockdown)
    #expect(modes.effective(at: end)?.mode == .forceOpen)
    #expect(modes.nextEnd(after: at) == end)
    #expect(modes.nextEnd(after: end) == nil)
  }

  @Test(
    "the door asks for what its mode says", arguments: PresentationMode.allCases)
  func presentation(_ mode: PresentationMode) {
    func denial(_ shown: Presentation) -> DenialReason? {
      RuleWorld {
        $0.door.settings.presentation = PresentationPlan(mode)
        $0.presentation = shown
      }.denial
    }
    let expected: [PresentationMode: [DenialReason?]] = [
      .cardOnly: [nil, .cardRequired, nil, nil], .pinOnly: [.pinRequired, nil, nil, nil],
      .cardOrPIN: [nil, nil, nil, nil],
      .cardThenPIN: [.pinRequired, .cardRequired, nil, nil],
    ]
    #expect([.card, .pin, .cardThenPIN, .mobile(nil)].map(denial) == expected[mode])
  }

  @Test("by schedule another presentation holds; an unknown clock asks for the plan's own")
  func schedule() throws {
    let plan = PresentationPlan(
      .cardThenPIN,
      exceptions: [
        .init(hours: try RuleWorld.hours("11:00", "13:00"), mode: .cardOnly),
        .init(hours: try RuleWorld.hours("09:00", "18:00"), mode: .cardOrPIN),
      ])
    func denial(_ hour: Int64, _ trust: ClockTrust = .synchronised) -> DenialReason? {
      RuleWorld {
        $0.door.settings.presentation = plan
        $0.presentation = .pin
        $0.at = .init(secondsSince1970: 4 * 86_400 + hour * 3_600)
        $0.clockTrust = trust
      }.denial
    }
    #expect(denial(12) == .cardRequired)
    #expect(denial(14) == nil)
    #expect(denial(20) == .cardRequired)
    #expect(denial(14, .unknown) == .cardRequired)
  }

  @Test("a geofence is for phones alone, and its reasons are told with their source")
  func geofence() throws {
    let center = try #require(GeoPoint(latitude: 52.52, longitude: 13.405))
    let fence = Geofence(
      enabled: true, center: center, radiusMeters: 50, requireAccuracyBetterThan: 30)
    func world(_ shown: Presentation) -> RuleWorld {
      RuleWorld {
        $0.facility.settings.geofence = fence
        $0.presentation = shown
      }
    }
    func phone(_ latitude: Double, _ accuracy: Double?) -> Presentation {
      .mobile(.init(latitude: latitude, longitude: 13.405, accuracyMeters: accuracy))
    }
    #expect(world(.card).denial == nil)
    #expect(world(.mobile(nil)).denial == .geofenceLocationMissing)
    #expect(world(phone(52.52, 90)).denial == .geofenceAccuracyTooLow)
    #expect(world(phone(52.53, 5)).denial == .geofenceOutside)
    #expect(world(phone(52.52, 5)).denial == nil)
    #expect(world(phone(52.53, 5)).step("GeofenceRule")?.source == "facility")
  }

  @Test("settings merge field by field: door, then scope by priority and id, then facility")
  func merge() throws {
    func scope(_ id: String, _ priority: Int, _ hold: Int?, doors: Set<DoorID>) throws -> Scope {
      Scope(
        id: try #require(ScopeID(id)), name: id.uppercased(), priority: priority, doors: doors,
        settings: AccessSettings(holdTimeSeconds: hold))
    }
    let front: Set<DoorID> = [RuleWorld.front]
    func effective(_ door: Int?, _ scopes: [Scope], _ facility: Int?) -> Effective<Int>? {
      RuleWorld {
        $0.door.settings.holdTimeSeconds = door
        $0.scopes = scopes
        $0.facility.settings.holdTimeSeconds = facility
      }.policy.settings(of: RuleWorld.front)?.holdTimeSeconds
    }
    let a = try scope("a", 5, 11, doors: front)
    let b = try scope("b", 1, 12, doors: front)
    let c = try scope("c", 1, 13, doors: front)
    let silent = try scope("d", 0, nil, doors: front)
    let elsewhere = try scope("e", -1, 14, doors: [RuleWorld.back])
    #expect(effective(3, [a, b], 9) == Effective(3, from: .door(RuleWorld.front)))
    #expect(effective(nil, [a, b], 9) == Effective(12, from: .scope(b.id, name: "B")))
    #expect(effective(nil, [c, b], 9) == Effective(12, from: .scope(b.id, name: "B")))
    #expect(effective(nil, [silent, elsewhere], 9) == Effective(9, from: .facility))
    #expect(effective(nil, [silent], nil) == Effective(5, from: .builtIn))
    #expect(SettingSource.scope(b.id, name: "B").description == "scope B (b)")
  }

  @Test("each field merges by itself: a door that sets one keeps the rest of its scope's")
  func fieldByField() throws {
    let hours = try RuleWorld.hours("08:00", "18:00")
    let world = RuleWorld {
      $0.door.settings = AccessSettings(holdTimeSeconds: 2)
      $0.scopes = [
        Scope(
          id: RuleWorld.all, name: "All", priority: 0, doors: [RuleWorld.front],
          settings: AccessSettings(
            holdTimeSeconds: 8, presentation: PresentationPlan(.cardOnly), accessHours: hours,
            memberRules: [], autoUnlockSchedule: hours,
            playNotificationSoundOnRelayToggle: true))
      ]
    }
    let settings = try #require(world.policy.settings(of: RuleWorld.front))
    let scope = SettingSource.scope(RuleWorld.all, name: "All")
    #expect(settings.holdTimeSeconds.value == 2)
    #expect(settings.presentation == Effective(PresentationPlan(.cardOnly), from: scope))
    #expect(settings.accessHours == Effective(hours, from: scope))
    #expect(settings.memberRules.source == scope)
    #expect(settings.autoUnlockSchedule?.source == scope)
    #expect(settings.playNotificationSoundOnRelayToggle == Effective(true, from: scope))
    #expect(settings.geofence == nil)
  }

  @Test("a door that the policy does not have is unknownDoor, override or not")
  func unknownDoor() {
    var request = RuleWorld().request
    request.override = AdminOverride(by: "desk", reason: "drill")
    #expect(decide(request, under: .empty).decision == .deny(.unknownDoor))
  }

  @Test("B8: every reason has words for the member, the log and the technician")
  func words() {
    for reason in DenialReason.allCases {
      for text in [reason.memberText, reason.sentence, reason.advice] { #expect(!text.isEmpty) }
    }
  }
}
