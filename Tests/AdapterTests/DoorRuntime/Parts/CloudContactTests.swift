import DoorCore
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("CloudContact and ClockOffset: how old the cache is, and how far the clock is off (C8, F4)")
struct CloudContactTests {
  private func contact(_ kept: String? = nil) -> CloudContact {
    CloudContact(kept: kept.map { Array($0.utf8) }, startedAt: PartFixture.instant(0))
  }

  /// What is persisted of a contact so many seconds before the start of the test.
  private func kept(_ seconds: Int64, age: Int64 = 0) -> String {
    "\(PartFixture.start.advanced(bySeconds: -seconds).millisecondsSince1970) \(age)"
  }

  @Test("C8: without anything persisted the age counts from the start of the daemon")
  func fresh() {
    #expect(contact().ageSeconds(at: PartFixture.moment(90_000)) == 90)
    #expect(contact().heardSeconds(at: PartFixture.moment(90_000)) == nil)
  }

  /// Signed so many seconds after the start of the test.
  private func signed(_ seconds: Int64) -> WallInstant {
    PartFixture.start.advanced(bySeconds: seconds)
  }

  @Test("C8: the hours without the cloud go on while the machine sleeps")
  func slept() {
    var contact = contact()
    contact.heard(signed: signed(60), at: PartFixture.moment(60_000))
    contact.slept(seconds: 28_800)
    #expect(contact.ageSeconds(at: PartFixture.moment(90_000)) == 28_830)
    contact.slept(seconds: .max)
    #expect(contact.ageSeconds(at: PartFixture.moment(90_000)) == .max)
  }

  @Test("C8: a new word makes the cache new, by the monotonic clock")
  func heard() {
    var contact = contact(kept(1_000))
    contact.heard(signed: signed(60), at: PartFixture.moment(60_000))
    var later = PartFixture.moment(90_000)
    later.wall = later.wall.advanced(bySeconds: 86_400)
    #expect(contact.ageSeconds(at: later) == 30 && contact.heardSeconds(at: later) == 30)
  }

  @Test(
    "C8: a word is as old as its signature: replays change nothing, and what was kept back is old",
    arguments: ClockTrust.allCases)
  func replays(_ trust: ClockTrust) {
    func at(_ seconds: Int) -> Moment { PartFixture.moment(seconds * 1_000, trust: trust) }
    var contact = contact()
    contact.heard(signed: signed(10), at: at(10))
    // The cloud spoke until 3,600; a broker keeps that back, and plays it hours later.
    for second in stride(from: 4_000, through: 90_000, by: 100) {
      contact.heard(signed: signed(10), at: at(second))
      contact.heard(signed: signed(-500), at: at(second))
      #expect(contact.ageSeconds(at: at(second)) == Int64(second) - 10)
    }
    for word in stride(from: Int64(100), through: 3_600, by: 100) {
      contact.heard(signed: signed(word), at: at(90_000))
    }
    let age = contact.ageSeconds(at: at(90_000))
    #expect((86_350...86_400).contains(age), "\(age)")
    #expect(contact.heardSeconds(at: at(90_000)) == Int(age))
    // Its next word is new.
    contact.heard(signed: signed(90_000), at: at(90_001))
    #expect(contact.ageSeconds(at: at(90_001)) <= 1)
  }

  @Test("C8 F4: a replay after a restart is no younger than what was known before it")
  func replayAfterRestart() {
    for trust in [ClockTrust.synchronised, .unknown] {
      let now = PartFixture.moment(0, trust: trust)
      var contact = contact(kept(40_000, age: 30_000))
      contact.heard(signed: signed(-40_000), at: now)
      contact.heard(signed: signed(-50_000), at: now)
      #expect(contact.ageSeconds(at: now) == (trust.isTrusted ? 40_000 : 30_000))
      // Kept back before the restart, by an hour: an hour younger.
      contact.heard(signed: signed(-36_400), at: now)
      let age = contact.ageSeconds(at: now)
      #expect((age - (trust.isTrusted ? 36_400 : 26_400)).magnitude <= 5, "\(trust) \(age)")
    }
  }

  @Test("C8 F4: what came while the clock was unknown is as old as it is once the clock is known")
  func replayBeforeClock() {
    var contact = contact(kept(40_000, age: 10))
    // Kept back for hours, and played before the clock was set.
    contact.heard(signed: signed(-39_000), at: PartFixture.moment(0, trust: .unknown))
    #expect(contact.ageSeconds(at: PartFixture.moment(1_000, trust: .unknown)) == 1)
    #expect(contact.ageSeconds(at: PartFixture.moment(1_000)) == 39_001)
    contact.heard(signed: signed(2), at: PartFixture.moment(2_000))
    #expect(contact.ageSeconds(at: PartFixture.moment(3_000)) == 1)
  }

  @Test("C8: years without a clock that is set do not add up to an age")
  func rate() {
    var contact = contact()
    // This clock runs faster than the cloud's by a tenth of a second in an hour.
    for hour in 0..<20_000 {
      let now = PartFixture.moment(hour * 3_600_100, trust: .unknown)
      contact.heard(signed: signed(Int64(hour) * 3_600), at: now)
      #expect(contact.ageSeconds(at: now) <= 1)
    }
  }

  @Test("F3: a newest word from the future counts no more once the clock is known")
  func future() {
    var contact = contact(kept(-9_000_000))
    contact.heard(signed: signed(5), at: PartFixture.moment(5_000, trust: .unknown))
    #expect(contact.heardSeconds(at: PartFixture.moment(5_000)) == nil)
    contact.heard(signed: signed(60), at: PartFixture.moment(70_000))
    #expect(contact.heardSeconds(at: PartFixture.moment(80_000)) == 20)
  }

  @Test("C8 F4: the time that the daemon was down counts, as far as the clock is trusted")
  func down() {
    #expect(contact(kept(1_000)).ageSeconds(at: PartFixture.moment(5_000)) == 1_005)
    let unknown = PartFixture.moment(5_000, trust: .unknown)
    #expect(contact(kept(1_000, age: 40)).ageSeconds(at: unknown) == 45)
    // A clock that was set back does not make the cache younger.
    #expect(contact(kept(-1_000, age: 40)).ageSeconds(at: PartFixture.moment(5_000)) == 45)
  }

  @Test("C8: what is persisted gives the same age after a restart")
  func restart() throws {
    var before = contact()
    before.heard(signed: signed(0), at: PartFixture.moment(0))
    let now = PartFixture.moment(120_000)
    let bytes = try #require(before.bytes(at: now))
    let after = CloudContact(kept: bytes, startedAt: now.monotonic)
    #expect(after.ageSeconds(at: now) == 120)
    var later = PartFixture.moment(150_000)
    #expect(after.ageSeconds(at: later) == 150)
    later.trust = .unknown
    #expect(after.ageSeconds(at: later) == 150)
  }

  @Test("F4: while the clock is unknown a word is persisted by the time that it was signed")
  func unknownClock() {
    let unknown = PartFixture.moment(5_000, trust: .unknown)
    #expect(contact().bytes(at: unknown) == nil)
    let start = PartFixture.start.advanced(bySeconds: -1_000).millisecondsSince1970
    #expect(contact(kept(1_000, age: 40)).bytes(at: unknown) == Array("\(start) 45".utf8))
    var heard = contact()
    heard.heard(signed: signed(3), at: unknown)
    #expect(heard.bytes(at: unknown) == Array("\(signed(3).millisecondsSince1970) 0".utf8))
  }

  @Test("the nearest message counts; one that the broker held back does not")
  func offset() {
    var offset = ClockOffset()
    #expect(offset.seconds == nil)
    offset.note(issued: PartFixture.start, at: PartFixture.moment(40_000))
    #expect(offset.seconds == 40)
    offset.note(issued: PartFixture.start.advanced(bySeconds: 39), at: PartFixture.moment(41_000))
    #expect(offset.seconds == 2)
    // Within the same five seconds a larger offset is one that was held back.
    offset.note(issued: PartFixture.start, at: PartFixture.moment(45_999))
    #expect(offset.seconds == 2)
  }

  @Test("a message after more than five seconds shows a clock that was set since")
  func clockSet() {
    var offset = ClockOffset()
    offset.note(issued: PartFixture.start, at: PartFixture.moment(0))
    #expect(offset.seconds == 0)
    var later = PartFixture.moment(5_001)
    later.wall = later.wall.advanced(bySeconds: 600)
    offset.note(issued: PartFixture.start.advanced(bySeconds: 5), at: later)
    #expect(offset.seconds == 600)
  }
}
