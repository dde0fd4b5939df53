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

  @Test("a flood is one event a second, and every message of it is counted")
  mutating func flood() {
    var records: [Int] = []
    for milliseconds in 0..<2_500 {
      if !note("badSignature", at: milliseconds).records.isEmpty { records.append(milliseconds) }
    }
    #expect(records == [0, 1_000, 2_000])
    #expect(log.counts == ["commands.badSignature": 2_500])
  }

  @Test("twenty lines are written at once, then one in ten seconds, which says how many are not")
  mutating func lines() {
    let most = RefusalLog.linesAtOnceMax
    for index in 0..<most { #expect(note("c\(index)", at: 0).logLines.count == 1) }
    for _ in 0..<7 { #expect(note("badSignature", at: 0).logLines.isEmpty) }
    #expect(note("expired", at: RefusalLog.lineMilliseconds - 1).logLines.isEmpty)
    let next = note("expired", at: RefusalLog.lineMilliseconds).logLines
    #expect(next.first?.hasSuffix("(and 8 more since the last such line)") == true)
    let after = note("expired", at: 2 * RefusalLog.lineMilliseconds).logLines
    #expect(after.first?.contains("more since") == false)
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
