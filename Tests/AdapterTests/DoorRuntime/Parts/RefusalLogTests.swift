import CloudProtocol
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("RefusalLog: all refusals are counted, and a flood of them does not fill the disk (D4, D5)")
struct RefusalLogTests {
  private var log = RefusalLog()

  private mutating func note(
    _ cause: String, _ kind: Topics.Down? = .commands, at milliseconds: Int
  ) -> [Wish] {
    log.note(kind, cause: cause, detail: "d", at: PartFixture.instant(milliseconds))
  }

  @Test("a flood is one event a second, and every message of it is counted and logged")
  mutating func flood() {
    var records: [Int] = []
    for milliseconds in 0..<2_500 {
      let wishes = note("badSignature", at: milliseconds)
      #expect(wishes.names.first == "log warning")
      if !wishes.records.isEmpty { records.append(milliseconds) }
    }
    #expect(records == [0, 1_000, 2_000])
    #expect(log.counts == ["commands.badSignature": 2_500])
  }

  @Test("each cause of each kind has a second of its own")
  mutating func causes() {
    let rows: [(String, Topics.Down?)] = [
      ("badSignature", .commands), ("expired", .commands), ("expired", .config), ("tooMany", nil),
    ]
    for (cause, kind) in rows {
      let wishes = note(cause, kind, at: 10)
      #expect(wishes.names == ["log warning", "record message.refused"])
      let record = wishes.records.first
      #expect(record?.reason == cause)
      #expect(record?.detail == ["kind": kind?.rawValue ?? "unknown", "cause": "d"])
    }
    for (cause, kind) in rows { #expect(note(cause, kind, at: 1_009).records.isEmpty) }
    #expect(
      log.counts == [
        "commands.badSignature": 2, "commands.expired": 2, "config.expired": 2,
        "unknown.tooMany": 2,
      ])
  }
}
