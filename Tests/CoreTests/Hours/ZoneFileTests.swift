import Testing

@testable import DoorRules

/// Builds a compiled zone as RFC 8536 defines it, from any parts.
private struct ZoneBytes {
  struct Block {
    var times: [Int64] = []
    var indexes: [UInt8] = []
    var offsets: [Int32] = [0]
    /// Parts of the file that do not affect the offsets: letters of names, leap seconds, and two
    /// kinds of indicators.
    var characters = 4
    var leaps = 0
    var standards = 0
    var universals = 0
  }

  var version = UInt8(ascii: "2")
  var first = Block()
  var second = Block()
  var footer = Array("\n\n".utf8)

  private static func bigEndian(_ number: Int64, _ size: Int) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: number >> Int64(8 * $0)) }
  }

  private func bytes(of block: Block, timeBytes: Int) -> [UInt8] {
    let counts = [
      block.universals, block.standards, block.leaps, block.times.count, block.offsets.count,
      block.characters,
    ]
    var bytes = Array("TZif".utf8) + [version] + Array(repeating: 0x55, count: 15)
    bytes += counts.flatMap { Self.bigEndian(Int64($0), 4) }
    bytes += block.times.flatMap { Self.bigEndian($0, timeBytes) }
    bytes += block.indexes
    for offset in block.offsets { bytes += Self.bigEndian(Int64(offset), 4) + [0x55, 0x55] }
    let others = block.characters + block.leaps * (timeBytes + 4) + block.standards
    return bytes + Array(repeating: 0x55, count: others + block.universals)
  }

  var bytes: [UInt8] {
    let first = bytes(of: first, timeBytes: 4)
    return version == 0 ? first : first + bytes(of: second, timeBytes: 8) + footer
  }

  func rules() throws(ZoneRulesError) -> ZoneRules { try ZoneRules(tzif: bytes) }

  var isTaken: Bool { (try? rules()) != nil }
}

@Suite("B4: compiled zones, byte for byte")
struct ZoneFileTests {
  /// Two transitions and every other part that a file can have, each with a different count.
  private static let full = ZoneBytes.Block(
    times: [-2_000_000_000, 1_000_000_000], indexes: [1, 2], offsets: [-3_661, 7_200, -36_000],
    characters: 11, leaps: 3, standards: 5, universals: 7)

  private func offsets(_ rules: ZoneRules, around moments: [Int64]) -> [Int] {
    moments.flatMap { [$0 - 1, $0] }.map {
      rules.offsetSeconds(at: WallInstant(secondsSince1970: $0))
    }
  }

  @Test("the first part is read where there is no second, with times of four bytes and their sign")
  func firstPart() throws {
    let rules = try ZoneBytes(version: 0, first: Self.full).rules()
    #expect(
      offsets(rules, around: [-2_000_000_000, 1_000_000_000]) == [-3_661, 7_200, 7_200, -36_000])
    #expect(rules.initialOffset == -3_661)
  }

  @Test("the second part counts, whatever the first one has, with times of eight bytes")
  func secondPart() throws {
    var second = Self.full
    second.times = [-60_000_000_000, 0x0102_0304_05]
    let moved = ZoneBytes.Block(times: [5], indexes: [0], offsets: [60], leaps: 2)
    for first in [ZoneBytes.Block(), Self.full, moved] {
      for version in [1, UInt8(ascii: "2"), UInt8(ascii: "4")] {
        let rules = try ZoneBytes(version: version, first: first, second: second).rules()
        #expect(
          offsets(rules, around: second.times) == [-3_661, 7_200, 7_200, -36_000])
      }
    }
  }

  @Test("the footer's rule holds from the last transition on; without one the last offset stays")
  func footer() throws {
    var zone = ZoneBytes(first: Self.full, second: Self.full)
    zone.footer = Array("\nAAA-5\n".utf8)
    #expect(offsets(try zone.rules(), around: [1_000_000_000]) == [7_200, 18_000])
    zone.footer = Array("\n\n".utf8)
    #expect(offsets(try zone.rules(), around: [1_000_000_000]) == [7_200, -36_000])
    let empty = ZoneBytes(footer: Array("\nAAA-5\n".utf8))
    #expect(offsets(try empty.rules(), around: [0]) == [18_000, 18_000])
    for text in [
      "", "\n", "AAA-5\n", "xAAA-5\n", "\u{b}AAA-5\n", "\nAAA-5", "\nAAA-5\u{b}", "\n5\n",
    ] {
      zone.footer = Array(text.utf8)
      #expect(throws: ZoneRulesError.self, "\(text)") { try zone.rules() }
    }
  }

  @Test("a file is refused wherever it ends, and where it does not begin with TZif")
  func cut() throws {
    var zone = ZoneBytes(first: Self.full, second: Self.full)
    zone.footer = Array("\nAAA-5\n".utf8)
    for bytes in [zone.bytes, ZoneBytes(version: 0, first: Self.full).bytes] {
      _ = try ZoneRules(tzif: bytes)
      for length in 0..<bytes.count {
        #expect(throws: ZoneRulesError.self, "\(length)") {
          try ZoneRules(tzif: Array(bytes[..<length]))
        }
      }
      for place in 0..<4 {
        var other = bytes
        other[place] += 1
        #expect(throws: ZoneRulesError.self) { try ZoneRules(tzif: other) }
      }
    }
  }

  @Test("transitions that are not one after the other are refused, and one that has no type")
  func order() throws {
    for (times, isTaken) in [([3, 4], true), ([4, 4], false), ([5, 4], false)] as [([Int64], Bool)]
    {
      let block = ZoneBytes.Block(times: times, indexes: [0, 0])
      #expect(ZoneBytes(second: block).isTaken == isTaken, "\(times)")
    }
    for (index, isTaken) in [(1, true), (2, false), (255, false)] as [(UInt8, Bool)] {
      let block = ZoneBytes.Block(times: [4], indexes: [index], offsets: [0, 60])
      #expect(ZoneBytes(second: block).isTaken == isTaken, "\(index)")
    }
    #expect(throws: ZoneRulesError.self) {
      try ZoneBytes(second: ZoneBytes.Block(offsets: [])).rules()
    }
  }

  @Test("an offset of 26 hours either way is taken, and one second more is not")
  func farthest() {
    for (offset, isTaken) in [
      (93_600, true), (93_601, false), (-93_600, true), (-93_601, false), (.min, false),
    ] as [(Int32, Bool)] {
      let block = ZoneBytes.Block(offsets: [offset])
      #expect(ZoneBytes(second: block).isTaken == isTaken, "\(offset)")
    }
  }

  @Test("10,000 transitions are taken and one more is not")
  func longest() throws {
    for (count, isTaken) in [(10_000, true), (10_001, false)] {
      let block = ZoneBytes.Block(
        times: (0..<Int64(count)).map { $0 * 1_000 }, indexes: Array(repeating: 0, count: count))
      #expect(ZoneBytes(version: 0, first: block).isTaken == isTaken, "\(count)")
    }
  }
}
