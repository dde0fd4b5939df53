import DoorRules
import Testing

@Suite("Hours with a clock that may be unknown (B4)")
struct PolicyHoursTests {
  @Test("hours are open in their windows; an unknown clock opens none, unless that is asked for")
  func trust() throws {
    let policy = PolicySnapshot(revision: 1, zone: .utc, doors: [:])
    let now = RuleWorld.noon
    let open = try RuleWorld.hours("11:00", "13:00")
    let closed = try RuleWorld.hours("13:00", "14:00")
    for trust in [ClockTrust.synchronised, .holdover] {
      for ifUnknown in [true, false] {
        #expect(policy.isOpen(open, at: now, clockTrust: trust, ifClockUnknown: ifUnknown))
        #expect(!policy.isOpen(closed, at: now, clockTrust: trust, ifClockUnknown: ifUnknown))
      }
    }
    for hours in [open, closed] {
      #expect(!policy.isOpen(hours, at: now, clockTrust: .unknown))
      #expect(policy.isOpen(hours, at: now, clockTrust: .unknown, ifClockUnknown: true))
    }
  }

  @Test("a holiday that is open lets people in, and unlocks nothing by itself")
  func purpose() throws {
    let holiday = Holidays.Holiday(name: "Fair", effect: .open)
    let date = ZoneRules.utc.civil(at: RuleWorld.noon).date
    let policy = PolicySnapshot(
      revision: 1, zone: .utc,
      facility: FacilityPolicy(holidays: Holidays([(date: date, holiday: holiday)])), doors: [:])
    let closed = try RuleWorld.hours("13:00", "14:00")
    #expect(policy.isOpen(closed, at: RuleWorld.noon, clockTrust: .synchronised))
    #expect(
      !policy.isOpen(closed, at: RuleWorld.noon, clockTrust: .synchronised, for: .unlocking))
  }
}
