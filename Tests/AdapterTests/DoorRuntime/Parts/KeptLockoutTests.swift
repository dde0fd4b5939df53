import DoorCore
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("KeptLockout: lockouts go on after a restart (A8, F4)")
struct KeptLockoutTests {
  private static let text = "0 2 45000 1800000005000"

  /// So many milliseconds after what is in ``text`` was persisted.
  private static func moment(_ milliseconds: Int64, trust: ClockTrust = .synchronised) -> Moment {
    Moment(
      monotonic: PartFixture.instant(0),
      wall: WallInstant(millisecondsSince1970: 1_800_000_005_000 + milliseconds), trust: trust)
  }

  private static func remaining(_ text: String, at now: Moment) -> Int? {
    KeptLockout(bytes: Array(text.utf8))?.restored(at: now)
      .remainingMilliseconds(at: now.monotonic)
  }

  @Test("a lockout is failures, level, what remains, and when that was")
  func format() {
    let now = Self.moment(0)
    let lockout = Lockout(failures: 0, level: 2, remainingMilliseconds: 45_000, at: now.monotonic)
    #expect(KeptLockout(lockout, at: now).bytes == Array(Self.text.utf8))
    #expect(KeptLockout(bytes: Array(Self.text.utf8))?.restored(at: now) == lockout)
  }

  @Test("cards have a line each, in order; a line that cannot be read is passed over")
  func cards() {
    let now = Self.moment(0)
    let lockout = Lockout(failures: 0, level: 2, remainingMilliseconds: 45_000, at: now.monotonic)
    let (first, second) = (CredentialID("k-1")!, CredentialID("k-2")!)
    let bytes = KeptLockout.bytes(ofCards: [second: lockout, first: lockout], at: now)
    #expect(String(decoding: bytes, as: UTF8.self) == "k-1 \(Self.text)\nk-2 \(Self.text)")
    #expect(KeptLockout.cards(from: bytes, at: now) == [first: lockout, second: lockout])
    let damaged = Array("k-1\nk 9\n\n \nk-2 \(Self.text)\nk/3 \(Self.text)\nk-4 1 2 3 x".utf8)
    #expect(
      KeptLockout.cards(from: damaged, at: now)
        == [second: lockout, CredentialID("k/3")!: lockout])
  }

  @Test("A8 F4: the time that the daemon was down counts only as far as the clock is trusted")
  func down() {
    #expect(Self.remaining(Self.text, at: Self.moment(15_000)) == 30_000)
    #expect(Self.remaining(Self.text, at: Self.moment(15_000, trust: .unknown)) == 45_000)
    #expect(Self.remaining(Self.text, at: Self.moment(90_000)) == 0)
    // A clock that was set back makes no lock longer.
    #expect(Self.remaining(Self.text, at: Self.moment(-90_000)) == 45_000)
  }

  @Test("F3: any four numbers are a lockout no longer than the longest, and none crashes")
  func anyNumbers() {
    let longest = Lockout.durationsSeconds.max()! * 1_000
    let extremes = ["0", "-1", "9223372036854775807", "-9223372036854775808"]
    for remaining in extremes {
      for savedAt in extremes {
        for trust in ClockTrust.allCases {
          let text = "\(remaining) \(savedAt) \(remaining) \(savedAt)"
          let left = Self.remaining(text, at: Self.moment(0, trust: trust))
          #expect(left.map { (0...longest).contains($0) } == true, "\(text) \(trust)")
        }
      }
    }
    for garbage in ["", "1 2 3", "1 2 3 4 5", "a b c d", "1 2 3 99999999999999999999"] {
      #expect(KeptLockout(bytes: Array(garbage.utf8)) == nil)
    }
  }
}
