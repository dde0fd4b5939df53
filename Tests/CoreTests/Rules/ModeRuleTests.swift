import DoorRules
import Testing

@Suite("B6: modes and their precedence")
struct ModeRuleTests {
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

  @Test("who comes during a lockdown is named, if what was shown is one person's")
  func named() throws {
    let world = RuleWorld { $0.mode = .lockdown }
    let holder = try #require(world.request.holders.first)
    let verdict = decide(world.request, under: world.policy)
    #expect(verdict.person == holder.person.id && verdict.credential == holder.credential?.id)
    #expect(verdict.person != nil && verdict.credential != nil)
    var shared = world.request
    shared.holders = [holder, holder]
    #expect(decide(shared, under: world.policy).person == nil)
  }

  @Test("precedence of modes is fire, lockdown, force-closed, force-open, schedule, first person")
  func precedence() {
    let at = RuleWorld.noon
    let now = MonotonicInstant(nanoseconds: 1_000_000_000)
    func entry(_ mode: DoorMode, end: MonotonicInstant? = nil) -> DoorModeEntry {
      DoorModeEntry(
        mode: mode, owner: "desk", reason: "drill", since: at,
        end: end.map { ModeEnd(at: $0, shown: at) })
    }
    var modes = DoorModes(DoorMode.allCases.map { entry($0) })
    #expect(modes.all.map(\.mode) == DoorMode.allCases)
    for mode in DoorMode.allCases.dropLast() {
      #expect(modes.effective(at: now)?.mode == mode)
      modes.clear(mode)
    }
    #expect(modes.effective(at: now) == nil)
    let end = now.advanced(byMilliseconds: 60_000)
    modes = DoorModes([entry(.lockdown, end: end), entry(.forceOpen)])
    #expect(modes.effective(at: end.advanced(byMilliseconds: -1))?.mode == .lockdown)
    #expect(modes.effective(at: end)?.mode == .forceOpen)
    #expect(modes.hasEnds(after: now))
    #expect(!modes.hasEnds(after: end))
    modes.set(entry(.fire, end: end.advanced(byMilliseconds: 1)))
    #expect(modes.hasEnds(after: end))
  }

  @Test("each mode is weaker than all before it, and holds open, keeps closed or does neither")
  func kinds() {
    let all = DoorMode.allCases
    for (place, mode) in all.enumerated() {
      for (other, second) in all.enumerated() { #expect((mode < second) == (place < other)) }
    }
    #expect(all.filter(\.holdsOpen) == [.fire, .forceOpen, .scheduledUnlock, .office, .batteryLow])
    #expect(all.filter(\.keepsClosed) == [.lockdown, .forceClosed])
  }
}
