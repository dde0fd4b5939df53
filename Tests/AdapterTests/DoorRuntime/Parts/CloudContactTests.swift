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

  @Test("C8: a verified message makes the cache new, by the monotonic clock")
  func heard() {
    var contact = contact(kept(1_000))
    contact.heard(at: PartFixture.instant(60_000))
    var later = PartFixture.moment(90_000)
    later.wall = later.wall.advanced(bySeconds: 86_400)
    #expect(contact.ageSeconds(at: later) == 30 && contact.heardSeconds(at: later) == 30)
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
    before.heard(at: PartFixture.instant(0))
    let now = PartFixture.moment(120_000)
    let bytes = try #require(before.bytes(at: now))
    let after = CloudContact(kept: bytes, startedAt: now.monotonic)
    #expect(after.ageSeconds(at: now) == 120)
    var later = PartFixture.moment(150_000)
    #expect(after.ageSeconds(at: later) == 150)
    later.trust = .unknown
    #expect(after.ageSeconds(at: later) == 150)
  }

  @Test("F4: while the clock is unknown nothing better is persisted than what was known")
  func unknownClock() {
    let unknown = PartFixture.moment(5_000, trust: .unknown)
    #expect(contact().bytes(at: unknown) == nil)
    let start = PartFixture.start.advanced(bySeconds: -1_000).millisecondsSince1970
    #expect(contact(kept(1_000, age: 40)).bytes(at: unknown) == Array("\(start) 45".utf8))
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
