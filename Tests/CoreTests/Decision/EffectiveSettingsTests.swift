import DoorRules
import Testing

@Suite("B3: the merge of settings")
struct EffectiveSettingsTests {
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

  @Test("what nobody configures is built in: 5 s, card or PIN, nobody by rule, one person")
  func builtIn() throws {
    let settings = try #require(RuleWorld().policy.settings(of: RuleWorld.front))
    #expect(settings.holdTimeSeconds == Effective(5, from: .builtIn))
    #expect(settings.presentation == Effective(PresentationPlan(.cardOrPIN), from: .builtIn))
    #expect(settings.memberRules == Effective([], from: .builtIn))
    #expect(settings.playNotificationSoundOnRelayToggle == Effective(false, from: .builtIn))
    #expect(settings.personsRequired == Effective(1, from: .builtIn))
    #expect(settings.unlocksWithFirstPerson == Effective(false, from: .builtIn))
    #expect(settings.accessHours == nil && settings.geofence == nil)
    #expect(settings.autoUnlockSchedule == nil)
  }
}
