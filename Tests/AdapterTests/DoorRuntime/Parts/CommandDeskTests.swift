import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("CommandDesk: each command of the cloud acts at most once, and nothing stale acts (D4, D5)")
struct CommandDeskTests {
  private let forge = EnvelopeForge()
  private var desk = CommandDesk(simulated: true)

  private static func pending(
    _ command: Command = Command(kind: .identify, door: "front"), id: String = "c-1",
    expires: WallInstant? = PartFixture.start.advanced(bySeconds: 20)
  ) -> PendingCommand {
    PendingCommand(
      id: id, keyID: EnvelopeForge.keyID, command: command, mark: CommandMark(command),
      expires: expires)
  }

  private static func result(_ outcome: CommandResult.Outcome) -> CommandResult {
    CommandResult(
      commandID: "c-1", outcome: outcome, reason: nil, simulated: true, timeMilliseconds: 1)
  }

  @Test("D4: a command asks the ledger first, and nothing of it acts before the answer")
  mutating func ledgerFirst() throws {
    let wishes = desk.take(try forge.verify(forge.token()), session: nil, at: PartFixture.moment())
    #expect(wishes.names == ["job beginCommand"])
    guard case .beginCommand(let command, let at, let expires)? = wishes.jobs.first else { return }
    #expect(command.id == "c-1" && command.keyID == EnvelopeForge.keyID)
    #expect(at == PartFixture.start && expires == PartFixture.start.advanced(bySeconds: 20))
    #expect(command.expires == expires)
  }

  @Test(
    "D4: it is reported as received before it acts, and its result is on disk before it is sent")
  mutating func begun() {
    let now = PartFixture.moment(1_500)
    let wishes = desk.answered(Self.pending(), .success(.begun), at: now)
    #expect(wishes.names == ["publish received", "core order"])
    #expect(wishes.results.map(\.outcome) == [.received])
    #expect(desk.identified == 1)
    let ended = desk.end("c-1", .outcome(.confirmed), at: now)
    #expect(ended.names == ["job persistResult"])
    var result = CommandResult(
      commandID: "c-1", outcome: .confirmed, reason: nil, simulated: true,
      timeMilliseconds: now.wall.millisecondsSince1970)
    result.kind = "identify"
    result.door = "front"
    #expect(ended.results == [result])
    #expect(desk.end("c-1", .outcome(.failed(reason: "late")), at: now).isEmpty)
  }

  @Test("D6: a result that the disk refused is written again each second, and told once it is kept")
  mutating func refusedResult() {
    let now = PartFixture.moment(0)
    _ = desk.answered(Self.pending(), .success(.begun), at: now)
    let ended = desk.end("c-1", .outcome(.confirmed), at: now).results
    #expect(desk.refused(ended[0], PartFixture.error, at: now).names == ["log error"])
    #expect(desk.nextDeadline == PartFixture.instant(1_000))
    #expect(desk.advance(to: PartFixture.instant(999)).isEmpty)
    let again = desk.advance(to: PartFixture.instant(1_000))
    #expect(again.names == ["job persistResult"] && again.results == ended)
    _ = desk.refused(ended[0], PartFixture.error, at: PartFixture.moment(1_001))
    #expect(desk.advance(to: PartFixture.instant(2_001)).results == ended)
    let told = desk.kept(ended[0])
    #expect(told.names == ["session resultReady"] && told.results == ended)
    #expect(desk.advance(to: PartFixture.instant(9_000)).isEmpty && desk.nextDeadline == nil)
  }

  @Test("D6: that the broker has a result is noted once the disk takes it, of 256 results")
  mutating func refusedDelivery() {
    let now = PartFixture.moment(0)
    let first = desk.refusedDelivery(of: "c-1", PartFixture.error, at: now)
    #expect(first.names == ["log error"] && desk.nextDeadline == PartFixture.instant(1_000))
    let second = desk.refusedDelivery(of: "c-1", PartFixture.error, at: now)
    #expect(second.isEmpty)
    let due = desk.advance(to: PartFixture.instant(1_000))
    #expect(due.names == ["job confirmResult"] && desk.nextDeadline == nil)
    for number in 0...LedgerDebt.deliveriesMax {
      _ = desk.refusedDelivery(of: "r-\(number)", PartFixture.error, at: now)
    }
    #expect(desk.advance(to: PartFixture.instant(9_000)).count == LedgerDebt.deliveriesMax)
  }

  @Test("D6: what a crash cut off is closed once the disk takes it; no command begins before")
  mutating func refusedToClose() throws {
    let now = PartFixture.moment(0)
    // One came before the ledger's answer, and is still open.
    #expect(
      desk.take(try forge.verify(forge.token()), session: nil, at: now).names
        == ["job beginCommand"])
    #expect(desk.closed(PartFixture.error, at: now).names == ["log error"])
    let next = desk.take(try forge.verify(forge.token()), session: nil, at: now)
    #expect(next.names == ["session resultReady"] && next.results.map(\.outcome) == [.failed])
    #expect(desk.advance(to: PartFixture.instant(1_000)).isEmpty)
    _ = desk.answered(Self.pending(), .success(.begun), at: now)
    #expect(desk.advance(to: PartFixture.instant(2_000)).isEmpty)
    let ended = desk.end("c-1", .outcome(.confirmed), at: now).results
    _ = desk.kept(ended[0])
    #expect(desk.advance(to: PartFixture.instant(3_000)).names == ["job closeInterrupted"])
    #expect(desk.closed(nil, at: now).isEmpty && desk.nextDeadline == nil)
    #expect(
      desk.take(try forge.verify(forge.token()), session: nil, at: now).names
        == ["job beginCommand"])
  }

  @Test("D6: while 256 results wait for the disk no further command begins")
  mutating func debtLimit() throws {
    let now = PartFixture.moment(0)
    for number in 0..<LedgerDebt.resultsMax {
      #expect(
        desk.take(try forge.verify(forge.token()), session: nil, at: now).names
          == ["job beginCommand"])
      var result = Self.result(.confirmed)
      result.commandID = "r-\(number)"
      _ = desk.refused(result, PartFixture.error, at: now)
    }
    let over = desk.take(try forge.verify(forge.token()), session: nil, at: now)
    #expect(over.names == ["session resultReady"] && over.results.map(\.outcome) == [.failed])
  }

  @Test("D5: an id that came before does not act again and gets the result that it had")
  mutating func repeated() {
    let first = Self.result(.confirmed)
    let again = desk.answered(Self.pending(), .success(.seen(first)), at: PartFixture.moment())
    #expect(
      again.names == [
        "log info", "record command.repeated", "commandRepeated", "session resultReady",
      ])
    #expect(again.results == [first] && again.records.first?.detail == ["command": "c-1"])
    // One that is still under way has no result yet. That it came again is recorded once.
    let running = desk.answered(Self.pending(), .success(.seen(nil)), at: PartFixture.moment())
    #expect(running.names == ["commandRepeated"])
    #expect(desk.identified == 0)
  }

  @Test("D5 D8: another command under an id is recorded, also after a harmless repetition")
  mutating func otherCommand() {
    let now = PartFixture.moment()
    _ = desk.answered(Self.pending(), .success(.seen(nil)), at: now)
    let other = desk.answered(Self.pending(), .success(.taken), at: now)
    #expect(other.names == ["log warning", "record command.repeated", "publish unkept"])
    #expect(other.records.first?.reason == "otherCommand")
    // Each such id once: whoever sends it again and again fills no log.
    let again = desk.answered(Self.pending(), .success(.taken), at: now)
    #expect(again.names == ["publish unkept"])
  }

  @Test("D4: a command that expired while the ledger was busy never acts")
  mutating func expired() {
    let late = PartFixture.moment(20_000)
    let wishes = desk.answered(Self.pending(), .success(.begun), at: late)
    #expect(wishes.names == ["publish received", "job persistResult"])
    #expect(wishes.results.last?.outcome == .expired)
    #expect(wishes.results.last?.reason?.hasPrefix("expired: ") == true)
    #expect(desk.end("c-1", .outcome(.confirmed), at: late).isEmpty)
    // A millisecond sooner it still acts.
    let intime = desk.answered(
      Self.pending(id: "c-2"), .success(.begun), at: PartFixture.moment(19_999))
    #expect(intime.names == ["publish received", "core order"])
  }

  @Test("D4 F4: while the clock is unknown a command acts only with the nonce of this session")
  mutating func nonce() throws {
    let body = #"{"kind":"unlock","door":"front","person":"p1","sessionNonce":"n-1"}"#
    let envelope: Envelope<Command> = try forge.verify(
      forge.token(EnvelopeForge.header(), EnvelopeForge.claims(body: body)), trust: .unknown)
    let now = PartFixture.moment(trust: .unknown)
    let bound = desk.take(envelope, session: "n-1", at: now)
    #expect(bound.names == ["job beginCommand"])
    guard case .beginCommand(let command, _, _)? = bound.jobs.first else { return }
    #expect(command.expires == nil)
    for session in ["n-2", "", nil] {
      let refused = desk.take(envelope, session: session, at: now)
      #expect(refused.names == ["refuse", "job refuseCommand"], "\(session ?? "none")")
      #expect(refused.results.map(\.outcome) == [.rejected])
      #expect(refused.results.first?.reason?.hasPrefix("sessionRequired: ") == true)
      guard
        case .refuse(.commands, cause: "sessionRequired", detail: _, message: "c-1")? = refused
          .first
      else {
        Issue.record("another cause for \(session ?? "none")")
        return
      }
    }
  }

  @Test("F4: without a clock that is trusted nothing expires here")
  mutating func unknownClock() {
    let wishes = desk.answered(
      Self.pending(expires: nil), .success(.begun), at: PartFixture.moment(3_600_000))
    #expect(wishes.names == ["publish received", "core order"])
    let unknown = desk.answered(
      Self.pending(id: "c-2"), .success(.begun),
      at: PartFixture.moment(3_600_000, trust: .unknown))
    #expect(unknown.names == ["publish received", "core order"])
  }

  @Test("D4 F2: without the ledger a command does not act, and the cloud is told so")
  mutating func ledgerFailed() {
    let now = PartFixture.moment()
    let wishes = desk.answered(Self.pending(), .failure(PartFixture.error), at: now)
    #expect(wishes.names == ["log error", "session resultReady"])
    #expect(wishes.results.first?.outcome == .failed)
    #expect(wishes.results.first?.reason?.contains("\(PartFixture.error)") == true)
    #expect(desk.end("c-1", .outcome(.confirmed), at: now).isEmpty)
  }

  @Test("D4: a command that is refused is remembered by the ledger, so that it stays refused")
  mutating func refused() {
    let wishes = desk.refuse(
      "c-9", CommandMark(kind: .unlock), .expired, reason: "late", at: PartFixture.moment(5))
    #expect(wishes.names == ["job refuseCommand"])
    #expect(wishes.results.map(\.outcome) == [.expired] && wishes.results[0].reason == "late")
  }

  @Test("D4: a command that lacks something is rejected with what it lacks")
  mutating func incomplete() {
    let wishes = desk.answered(
      Self.pending(Command(kind: .unlock)), .success(.begun), at: PartFixture.moment())
    #expect(wishes.names == ["publish received", "end c-1"])
    guard case .rejected(let reason)? = wishes.ends["c-1"] else { return }
    #expect(reason.contains("door") && reason.contains("person"))
  }
}
