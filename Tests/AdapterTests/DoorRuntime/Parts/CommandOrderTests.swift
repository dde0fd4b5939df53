import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import DoorRuntime

@Suite("CommandDesk: what each order wants, from the cloud and on site (D4, E1, E6)")
struct CommandOrderTests {
  private static let front = DoorID("front")!
  private static let kinds: [(Command, [String])] = [
    (Command(kind: .identify), ["core order"]),
    (
      Command(kind: .adminUnlock, door: "front", person: "desk", reason: "parcel"),
      ["core order"]
    ),
    (Command(kind: .answerBell, door: "front", answer: .open), ["core order"]),
    (Command(kind: .clearLockout), ["core order"]),
    (Command(kind: .unlock, door: "front", person: "p1"), ["ask"]),
    (Command(kind: .mode, door: "front", reason: "cleaning", mode: .forceOpen), ["setMode"]),
    (Command(kind: .forgive), ["forgive", "endPersisted"]),
    (Command(kind: .resetArea, reason: "counted", area: "hall"), ["resetArea"]),
    (Command(kind: .plan, reason: "alarm", plan: "lockdown", change: .start), ["plan"]),
    (Command(kind: .sync), ["session syncRequested", "digest", "end c-1"]),
    (Command(kind: .logs), ["uploadLog"]),
    (Command(kind: .renewCertificate), ["renewCertificate"]),
    (Command(kind: .diagnostics), ["reportTelemetry", "runSelfTest"]),
    (
      Command(kind: .trustKey, keyID: "k-2", key: Data(repeating: 3, count: 32).base64URL),
      ["changeKey"]
    ),
    (
      Command(
        kind: .delegateKey, keyID: "k-2", key: Data(repeating: 3, count: 32).base64URL,
        delegation: KeyDelegation(rights: [.unlock])),
      ["changeKey"]
    ),
    (Command(kind: .distrustKey, keyID: "k-2"), ["changeKey"]),
    (
      Command(kind: .revokeOfflinePIN, door: "front", window: try? OfflinePINFixture.window()),
      ["revokeOfflinePIN"]
    ),
  ]

  private var desk = CommandDesk(simulated: false)

  private mutating func fromCloud(_ command: Command, key: String = "k-1") -> [Wish] {
    desk.answered(
      PendingCommand(
        id: "c-1", keyID: key, command: command, mark: CommandMark(command), expires: nil),
      .success(.begun),
      at: PartFixture.moment())
  }

  @Test("the table has every kind of command")
  func everyKind() {
    #expect(Set(Self.kinds.map(\.0.kind)) == Set(Command.Kind.allCases))
  }

  @Test("D4: every kind of command wants its own part", arguments: kinds)
  mutating func wanted(_ command: Command, _ names: [String]) {
    #expect(fromCloud(command).names == ["publish received"] + names)
  }

  @Test("D12: a key cannot distrust itself; another key can")
  mutating func distrustItself() {
    let command = Command(kind: .distrustKey, keyID: "k-1")
    let own = fromCloud(command, key: "k-1")
    #expect(own.names == ["publish received", "end c-1"])
    guard case .rejected(let reason)? = own.ends["c-1"] else {
      Issue.record("not rejected")
      return
    }
    #expect(reason.contains("k-1"))
    #expect(fromCloud(command, key: "k-2").names.last == "changeKey")
  }

  @Test("D4: who ordered it is the operator that the cloud names, or the cloud")
  mutating func operators() {
    func by(_ wishes: [Wish]) -> String? {
      for case .core(.order(let order)) in wishes {
        if case .adminUnlock(_, let by, _) = order.kind { return by }
      }
      return nil
    }
    let named = Command(kind: .adminUnlock, door: "front", person: "ann", reason: "parcel")
    #expect(by(fromCloud(named)) == "ann")
    let unnamed = Command(kind: .adminUnlock, door: "front", reason: "parcel")
    #expect(by(fromCloud(unnamed)) == "cloud")
    // On site the caller's name counts, whatever the command says.
    let order = ValidatedCommand.adminUnlock(
      door: Self.front, reason: "test", orderedBy: "somebody")
    #expect(by(desk.order(order, by: "desk")) == "desk")
  }

  @Test("E1 D4: an order given on site ends with its caller and never reaches the ledger")
  mutating func onSite() {
    let now = PartFixture.moment()
    #expect(desk.order(.identify(door: Self.front), by: "desk").names == ["core order"])
    #expect(desk.siteFailure(of: "identify") == nil)
    let failure = OrderOutcome.failed(reason: "no beeper")
    #expect(desk.end(CommandDesk.siteOrder, .outcome(failure), at: now).isEmpty)
    let error = desk.siteFailure(of: "identify front")
    #expect(error?.code == .invalid && error?.operation == "identify front")
    #expect(error?.detail == "no beeper")
    // The next order begins without it, and the cloud's count is not touched.
    _ = desk.order(.sync, by: "desk")
    #expect(desk.siteFailure(of: "sync") == nil && desk.identified == 0)
  }

  @Test("D3: what somebody on site asks for names no request of the cloud in hello and digest")
  mutating func siteSync() throws {
    let wishes = desk.order(.sync, by: "desk")
    guard case .syncRequested(let id)? = wishes.sessionInputs.first else {
      Issue.record("no hello: \(wishes.names)")
      return
    }
    #expect(id == nil)
    var replication = Replication(
      document: nil, zone: nil,
      position: CredentialPosition(revision: 3, credentials: 0, persons: 0))
    let now = PartFixture.moment().monotonic
    for case .digest(let rescan, let asker) in wishes {
      let job = replication.digest(rescan: rescan, for: asker, at: now)
      #expect(job.names == ["job digest"])
    }
    let told = replication.digested(
      .success(DigestAnswer(digest: RecordSetDigest(), revision: 3)), of: CloudFixture.controller,
      at: now)
    #expect(told.names == ["session digestKnown", "publish digest"])
    guard case .publish(.digest(let report))? = told.last else { return }
    #expect(report.requestIDs == nil && report.rescanned == true)
  }

  @Test("E1: an error of the hardware is the caller's as it is; a confirmed order has none")
  mutating func siteErrors() {
    let now = PartFixture.moment()
    for end in [OrderEnd.failed(PartFixture.error), .refused(PartFixture.error)] {
      desk.beginSiteOrder()
      _ = desk.end(CommandDesk.siteOrder, end, at: now)
      #expect(desk.siteFailure(of: "open") == PartFixture.error)
    }
    _ = desk.end(CommandDesk.siteOrder, .outcome(.confirmed), at: now)
    #expect(desk.siteFailure(of: "open") == nil)
  }

  @Test("D6: the cloud's result tells what cannot be had from what failed")
  mutating func ends() {
    let invalid = PortError(.invalid, operation: "set the mode", detail: "no such door")
    let rows: [(OrderEnd, CommandResult.Outcome, String?)] = [
      (.outcome(.confirmed), .confirmed, nil),
      (.outcome(.rejected(reason: "no")), .rejected, "no"),
      (.outcome(.failed(reason: "stuck")), .failed, "stuck"),
      (.failed(invalid), .failed, "\(invalid)"),
      (.refused(invalid), .rejected, "\(invalid)"),
      (.refused(PartFixture.error), .failed, "\(PartFixture.error)"),
    ]
    for (end, outcome, reason) in rows {
      _ = fromCloud(Command(kind: .logs))
      let result = desk.end("c-1", end, at: PartFixture.moment()).results.first
      #expect(result?.outcome == outcome && result?.reason == reason, "\(end)")
    }
  }
}
