import CloudProtocol
import CoreModels
import DoorRules
import Foundation
import Testing

@Suite("Offline PINs (C5, C7)")
struct OfflinePINTests {
  private let front = DoorID("front")!
  private let back = DoorID("back")!

  @Test(
    "the document's test vectors",
    arguments: [
      ("front", 500_000, 1, 0, "22753146"), ("front", 500_000, 1, 3, "89613945"),
      ("front", 500_000, 24, 0, "743495581"), ("back", 500_000, 24, 0, "307197246"),
      ("front", 499_992, 8_784, 1, "6232576067"), ("front", 500_000, 168, 2, "1748278533"),
    ] as [(String, Int64, Int, Int, String)])
  func vectors(door: String, start: Int64, hours: Int, serial: Int, code: String) throws {
    let window = try OfflinePINFixture.window(start, hours: hours, serial: serial)
    let id = try #require(DoorID(door))
    #expect(try OfflinePINFixture.keys().code(of: window, at: id).reveal() == code)
    let document = Repository.file("deploy/protocol/offline-pin.md")
    let text = String(decoding: try Data(contentsOf: document), as: UTF8.self)
    #expect(text.contains("| \(door) | \(start) | \(hours) | \(serial) | \(code) |"))
  }

  @Test("one guess opens with at most one chance in a million, for each length")
  func guess() {
    for digits in OfflinePINTable.digits {
      let space = (0..<digits).reduce(1) { product, _ in product * 10 }
      let live = OfflinePINTable.liveCodes(digits: digits)
      #expect(live > 0)
      #expect(live * OfflinePINTable.guessOneIn <= space, "\(digits) digits: \(live) live codes")
    }
  }

  @Test("as many codes open at one moment as the table counts, and a random guess is none of them")
  func live() throws {
    let keys = try OfflinePINFixture.keys()
    let now = OfflinePINFixture.instant(hour: 500_007, seconds: 1_800)
    var live: Set<OfflinePINWindow> = []
    for row in OfflinePINTable.rows where row.digits == 8 {
      for start in Int64(499_990)...500_020 {
        for serial in 0..<OfflinePINTable.serials {
          let window = try OfflinePINFixture.window(start, hours: row.hours, serial: serial)
          let code = try keys.code(of: window, at: front)
          if keys.windows(of: code, at: front, now: now).contains(window) { live.insert(window) }
        }
      }
    }
    #expect(live.count == OfflinePINTable.liveCodes(digits: 8))
    var random = Xorshift64(seed: 7)
    var hits = 0
    for _ in 0..<2_000 {
      let guess = String(random.next() % 100_000_000)
      let code = Secret(String(repeating: "0", count: 8 - guess.count) + guess)
      hits += keys.windows(of: code, at: front, now: now).count
    }
    #expect(hits == 0)
  }

  @Test("a code opens in its window, first and last second, and not beside it")
  func bounds() throws {
    let keys = try OfflinePINFixture.keys()
    for row in OfflinePINTable.rows {
      let start = Int64(500_016 - 500_016 % row.stepHours)
      let window = try OfflinePINFixture.window(start, hours: row.hours, serial: 1)
      let code = try keys.code(of: window, at: front)
      func opens(_ hour: Int64, _ seconds: Int64) -> Bool {
        keys.windows(
          of: code, at: front, now: OfflinePINFixture.instant(hour: hour, seconds: seconds)
        ).contains(window)
      }
      #expect(opens(start, 0) && opens(start + Int64(row.hours), -1), "\(row)")
      #expect(!opens(start, -1) && !opens(start + Int64(row.hours), 0), "\(row)")
    }
  }

  @Test("no code is good at another door, at another controller or under another key")
  func bound() throws {
    let now = OfflinePINFixture.instant(hour: 500_003)
    let window = try OfflinePINFixture.window()
    let code = try OfflinePINFixture.keys().code(of: window, at: front)
    #expect(try OfflinePINFixture.keys().windows(of: code, at: front, now: now) == [window])
    #expect(try OfflinePINFixture.keys().windows(of: code, at: back, now: now).isEmpty)
    #expect(
      try OfflinePINFixture.keys(controller: "gate-2").windows(of: code, at: front, now: now)
        .isEmpty)
    #expect(
      try OfflinePINFixture.keys("* k 0 \(OfflinePINFixture.otherHex)\n")
        .windows(of: code, at: front, now: now).isEmpty)
  }

  @Test("the four codes of a window differ, and only the last opens once")
  func serials() throws {
    let keys = try OfflinePINFixture.keys()
    let windows = try (0..<4).map { try OfflinePINFixture.window(serial: $0) }
    #expect(Set(try windows.map { try keys.code(of: $0, at: front) }).count == 4)
    #expect(windows.map(\.isOnce) == [false, false, false, true])
  }

  @Test("a desk's file has its door's key, issues the same codes, and none for another door")
  func desk() throws {
    let own = try OfflinePINFixture.keys()
    let desk = try OfflinePINFixture.keys(own.text(of: front).reveal(), controller: "whatever")
    let window = try OfflinePINFixture.window()
    #expect(try desk.code(of: window, at: front) == own.code(of: window, at: front))
    #expect(throws: OfflinePINProblem.self) { try desk.code(of: window, at: back) }
    #expect(!desk.isOfController && own.isOfController)
  }

  @Test("a door with a line of its own from the same hour gives the desk that one alone")
  func deskOfOwnLine() throws {
    let all = try OfflinePINFixture.keys(
      "* k1 0 \(OfflinePINFixture.hex)\nfront k2 0 \(OfflinePINFixture.otherHex)\n")
    let desk = try OfflinePINFixture.keys(all.text(of: front).reveal(), controller: "whatever")
    let window = try OfflinePINFixture.window()
    #expect(try desk.code(of: window, at: front) == all.code(of: window, at: front))
  }

  @Test(
    "a key is rotated by the start of windows: old codes stay, new ones come from the new key (D13)"
  )
  func rotation() throws {
    let old = try OfflinePINFixture.keys()
    let both = try OfflinePINFixture.keys(
      "* opin-1 0 \(OfflinePINFixture.hex)\n* opin-2 500010 \(OfflinePINFixture.otherHex)\n")
    let before = try OfflinePINFixture.window(500_009)
    let after = try OfflinePINFixture.window(500_010)
    let now = OfflinePINFixture.instant(hour: 500_012)
    #expect(try both.code(of: before, at: front) == old.code(of: before, at: front))
    #expect(try both.code(of: after, at: front) != old.code(of: after, at: front))
    // While both count: the old window's code opens, and the old key's code of the new one not.
    #expect(
      both.windows(of: try old.code(of: before, at: front), at: front, now: now) == [before])
    #expect(both.windows(of: try old.code(of: after, at: front), at: front, now: now).isEmpty)
    #expect(both.windows(of: try both.code(of: after, at: front), at: front, now: now) == [after])
  }

  @Test(
    "a window or a key file that is none is refused in words, and the key is not among them",
    arguments: [
      "", "# only a comment\n", "* k 0 abc\n", "* k -1 \(OfflinePINFixture.hex)\n",
      "front desk k 0 \(OfflinePINFixture.hex)\n", "fr/nt k 0 \(OfflinePINFixture.hex)\n",
      "* a 0 \(OfflinePINFixture.hex)\n* b 0 \(OfflinePINFixture.hex)\n",
    ])
  func wrong(text: String) throws {
    #expect {
      try OfflinePINFixture.keys(text)
    } throws: {
      !"\($0)".contains(OfflinePINFixture.hex)
    }
    #expect(throws: OfflinePINProblem.self) { try OfflinePINFixture.window(hours: 25) }
    #expect(throws: OfflinePINProblem.self) { try OfflinePINFixture.window(serial: 4) }
    #expect(throws: OfflinePINProblem.self) { try OfflinePINFixture.window(-1) }
    #expect(throws: OfflinePINProblem.self) { try OfflinePINFixture.window(500_001, hours: 504) }
  }
}

/// Marsaglia's xorshift, for guesses that are the same each time.
struct Xorshift64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
