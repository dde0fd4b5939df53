import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("The command ledger: a command acts at most once (D5)")
struct StoreLedgerTests {
  private let fixture = StoreFixture()
  private let now = WallInstant(secondsSince1970: 1_700_000_000)
  private var soon: WallInstant { now.advanced(bySeconds: 20) }

  private func result(
    _ id: String, _ outcome: CommandResult.Outcome = .confirmed
  ) -> CommandResult {
    CommandResult(
      commandID: id, outcome: outcome, reason: nil, simulated: true, timeMilliseconds: 5)
  }

  @Test("a second begin never runs, whether the first is running or done (D5)")
  func repeated() throws {
    let ledger = try fixture.events()
    #expect(try ledger.begin(commandID: "a", at: now, expires: soon) == .begun)
    #expect(try ledger.begin(commandID: "a", at: now, expires: soon) == .seen(nil))
    try ledger.finish(commandID: "a", result: result("a"))
    #expect(try ledger.begin(commandID: "a", at: now, expires: soon) == .seen(result("a")))
  }

  @Test("of many at one time exactly one begins (D5)")
  func race() async throws {
    let ledger = try fixture.events()
    let now = now
    let begun = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask {
          try ledger.begin(commandID: "a", at: now, expires: now) == .begun
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(begun == 1)
  }

  @Test("a begin is on the disk before it returns: it survives a power cut (D5, F2)")
  func powerCut() throws {
    let ledger = try fixture.events()
    _ = try ledger.begin(commandID: "a", at: now, expires: soon)
    let after = try fixture.image(of: "events.sqlite").events()
    #expect(try after.begin(commandID: "a", at: now, expires: soon) == .seen(nil))
  }

  @Test("a start closes open commands as interrupted, once, and they never run again (D5)")
  func interrupted() throws {
    let ledger = try fixture.events()
    for id in ["b", "a", "done"] { _ = try ledger.begin(commandID: id, at: now, expires: soon) }
    try ledger.finish(commandID: "done", result: result("done"))
    try ledger.pool.close()

    let again = try fixture.events()
    let closed = try again.interruptOpen(at: soon, simulated: true)
    #expect(closed.map(\.commandID) == ["b", "a"])
    #expect(closed.allSatisfy { $0.outcome == .interrupted && $0.simulated })
    #expect(closed.allSatisfy { $0.timeMilliseconds == soon.millisecondsSince1970 })
    #expect(try again.interruptOpen(at: soon, simulated: true).isEmpty)
    #expect(try again.begin(commandID: "b", at: now, expires: soon) == .seen(closed[0]))
    #expect(try again.begin(commandID: "done", at: now, expires: soon) == .seen(result("done")))
    #expect(try again.unconfirmedResults(limit: 9).map(\.commandID) == ["b", "a", "done"])
  }

  @Test("the first result stays; a result of a command never begun, or of another, is refused (D5)")
  func finish() throws {
    let ledger = try fixture.events()
    _ = try ledger.begin(commandID: "a", at: now, expires: soon)
    try ledger.finish(commandID: "a", result: result("a"))
    try ledger.finish(commandID: "a", result: result("a", .failed))
    #expect(try ledger.begin(commandID: "a", at: now, expires: soon) == .seen(result("a")))
    let unknown = portError { try ledger.finish(commandID: "x", result: result("x")) }
    #expect(unknown?.code == .invalid)
    #expect(unknown?.detail.contains("never begun") == true)
    #expect(portError { try ledger.finish(commandID: "a", result: result("b")) }?.code == .invalid)
  }

  @Test("results wait in order until they are confirmed; running commands cannot be confirmed (D5)")
  func confirm() throws {
    let ledger = try fixture.events()
    for id in ["c", "b", "a", "running"] {
      _ = try ledger.begin(commandID: id, at: now, expires: soon)
    }
    for id in ["a", "b", "c"] { try ledger.finish(commandID: id, result: result(id)) }
    #expect(try ledger.unconfirmedResults(limit: 2).map(\.commandID) == ["c", "b"])
    #expect(try ledger.unconfirmedResults(limit: -1).isEmpty)
    try ledger.confirmResults(["c", "running", "no such"])
    try ledger.finish(commandID: "running", result: result("running"))
    #expect(try ledger.unconfirmedResults(limit: 9).map(\.commandID) == ["b", "a", "running"])
    #expect(try ledger.begin(commandID: "c", at: now, expires: soon) == .seen(result("c")))
  }

  @Test(
    "entries are removed only long after they expired, confirmed, and never the newest ones (D5)")
  func forget() throws {
    let ledger = try fixture.events()
    func run(_ id: String, confirmed: Bool) throws {
      _ = try ledger.begin(commandID: id, at: now, expires: soon)
      try ledger.finish(commandID: id, result: result(id))
      if confirmed { try ledger.confirmResults([id]) }
    }
    func isKnown(_ id: String) throws -> Bool {
      try ledger.pool.read { database in
        try String.fetchOne(
          database, sql: "SELECT id FROM command WHERE id = ?", arguments: [id]) != nil
      }
    }
    try run("old", confirmed: true)
    try run("untold", confirmed: false)
    let later = soon.advanced(bySeconds: LedgerTable.entryKeptSeconds + 1)
    _ = try ledger.begin(commandID: "early", at: later, expires: later)
    #expect(try isKnown("old"), "the newest entries stay, whatever the clock says")
    try ledger.pool.write { database in
      for index in 0..<LedgerTable.commandsKeptMin {
        try database.execute(
          sql: "INSERT INTO command (id, begun, expires) VALUES (?, 0, ?)",
          arguments: ["fill-\(index)", Int64.max])
      }
    }
    _ = try ledger.begin(
      commandID: "in time", at: later.advanced(bySeconds: -2), expires: later)
    #expect(try isKnown("old"))
    _ = try ledger.begin(commandID: "too late", at: later, expires: later)
    #expect(try !isKnown("old"))
    #expect(try isKnown("untold"))
    #expect(try ledger.begin(commandID: "untold", at: later, expires: later) != .begun)
  }
}
