import DoorRules
import Testing

@Suite("B1 B2 B6 B8: every combination of mode, override, path, switch, trust, status and age")
struct DecideProductTests {
  private enum Override: CaseIterable { case none, reasoned, silent }
  private enum Path: CaseIterable { case none, rule, grant, place, all }
  private enum Time: CaseIterable { case unbounded, before, inside, after }
  private enum Age: Int64, CaseIterable {
    case fresh = 0
    case grace = 250_000
    case expired = 259_200
  }

  /// The expected answer, in the order of reasons of the design, written again by hand.
  private func expected(
    _ mode: DoorMode, _ override: Override, _ path: Path, _ isOn: Bool, _ trust: ClockTrust,
    _ isActive: Bool, _ time: Time, _ age: Age
  ) -> DenialReason? {
    switch override {
    case .reasoned: return nil
    case .silent: return .overrideReasonMissing
    case .none: break
    }
    if mode == .lockdown { return .lockdown }
    if mode == .forceClosed { return .maintenanceForceClosed }
    if !isActive { return .credentialRevoked }
    if !isOn { return .accessDisabled }
    if age == .expired { return .cacheExpired }
    // What has ended by the earliest possible time has ended.
    if trust == .doubtful && time == .after { return .expired }
    if !trust.isTrusted && time != .unbounded { return .clockUntrusted }
    if time == .before { return .notYetValid }
    if time == .after { return .expired }
    if path == .none { return .ruleMismatch }
    return nil
  }

  private func world(
    _ mode: DoorMode, _ override: Override, _ path: Path, _ isOn: Bool, _ trust: ClockTrust,
    _ isActive: Bool, _ time: Time, _ age: Age
  ) -> RuleWorld {
    RuleWorld { world in
      world.mode = mode
      switch override {
      case .none: break
      case .reasoned: world.override = AdminOverride(by: "desk", reason: "drill")
      case .silent: world.override = AdminOverride(by: "desk", reason: " ")
      }
      world.person.grants = path == .grant || path == .all ? [Grant(facilityWide: true)] : []
      if path == .rule || path == .all {
        world.facility.settings.memberRules = [MemberRule(name: "everybody")]
      }
      if path == .place || path == .all { world.credential?.doors = [RuleWorld.front] }
      world.person.accessEnabled = isOn
      world.clockTrust = trust
      world.credential?.status = isActive ? .active : .revoked
      switch time {
      case .unbounded: break
      case .before: world.credential?.validFrom = world.at.advanced(bySeconds: 1_000)
      case .inside:
        world.credential?.validFrom = world.at.advanced(bySeconds: -1)
        world.credential?.validUntil = world.at.advanced(bySeconds: 100)
      case .after: world.credential?.validUntil = world.at
      }
      world.cacheAgeSeconds = age.rawValue
    }
  }

  @Test("enumerated, not sampled: the decision is what the order of reasons says")
  func product() {
    var cases = 0
    var wrong: [String] = []
    for mode in DoorMode.allCases {
      for override in Override.allCases {
        for path in Path.allCases {
          for isOn in [true, false] {
            for trust in ClockTrust.allCases {
              for isActive in [true, false] {
                for time in Time.allCases {
                  for age in Age.allCases {
                    cases += 1
                    let found = world(mode, override, path, isOn, trust, isActive, time, age)
                    let answer = expected(
                      mode, override, path, isOn, trust, isActive, time, age)
                    if found.denial != answer {
                      wrong.append("\(mode) \(override) \(path) \(isOn) \(trust) \(time) \(age)")
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    #expect(cases == 10 * 3 * 5 * 2 * 4 * 2 * 4 * 3)
    #expect(wrong.isEmpty, "\(wrong.count) of \(cases), first \(wrong.first ?? "")")
  }

  @Test("asking for the explanation never changes the answer, and its last step is the reason's")
  func explanation() {
    for path in Path.allCases {
      for time in Time.allCases {
        for isOn in [true, false] {
          let world = world(.normal, .none, path, isOn, .synchronised, true, time, .fresh)
          let explained = decide(world.request, under: world.policy, explaining: true)
          let short = decide(world.request, under: world.policy)
          #expect(explained.decision == short.decision)
          #expect(short.steps.isEmpty)
          #expect(explained.steps.last?.passed == explained.isGrant)
          #expect(!explained.steps.dropLast().contains { !$0.passed })
        }
      }
    }
  }
}
