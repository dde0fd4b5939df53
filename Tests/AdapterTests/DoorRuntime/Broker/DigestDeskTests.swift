import CloudProtocol
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("DigestDesk: however often the digest is asked for, one is computed at a time (D3, D8)")
struct DigestDeskTests {
  private var desk = DigestDesk()

  private mutating func ask(
    rescan: Bool, _ asker: Replication.Asker = .message(id: "m-1"), at milliseconds: Int = 0
  ) -> [Bool] {
    Self.rescans(desk.ask(rescan: rescan, for: asker, at: PartFixture.instant(milliseconds)))
  }

  /// For each job whether it reads every record.
  private static func rescans(_ wishes: [Wish]) -> [Bool] {
    wishes.jobs.compactMap { if case .digest(let rescan) = $0 { rescan } else { nil } }
  }

  private mutating func answered(_ answer: Result<DigestAnswer, PortError>) -> [Wish] {
    desk.answered(answer, of: CloudFixture.controller, at: PartFixture.instant(0))
  }

  private static let known = Result<DigestAnswer, PortError>.success(
    DigestAnswer(digest: RecordSetDigest(), revision: 3))

  @Test("D8: a reading of every record that runs or waits is not queued again")
  mutating func once() {
    #expect(ask(rescan: true) == [true])
    for _ in 0..<1_000 {
      #expect(ask(rescan: true).isEmpty && ask(rescan: true, .order(id: "c-1")).isEmpty)
    }
    // All of them get the one answer.
    #expect(answered(Self.known).names == ["session digestKnown", "publish digest"])
    #expect(ask(rescan: false) == [false])
    for _ in 0..<1_000 { #expect(ask(rescan: true, .order(id: "c-1")).isEmpty) }
    let next = answered(Self.known)
    #expect(next.names == ["session digestKnown", "publish digest", "job digest"])
    #expect(Self.rescans(next) == [true])
    #expect(answered(Self.known).names == ["session digestKnown", "publish digest"])
  }

  @Test("D8: messages have every record read once in ten minutes; an order acts once anyway")
  mutating func seldom() {
    let most = DigestDesk.rescanMilliseconds
    #expect(ask(rescan: true) == [true])
    _ = answered(Self.known)
    #expect(ask(rescan: true, at: most - 1) == [false])
    _ = answered(Self.known)
    #expect(ask(rescan: true, .order(id: "c-1"), at: most - 1) == [true])
    _ = answered(Self.known)
    #expect(ask(rescan: true, at: most) == [true])
  }

  @Test("D3: the answer tells whether every record was read for it")
  mutating func rescanned() {
    func told(_ wishes: [Wish]) -> Bool? {
      for case .publish(.digest(let report)) in wishes { return report.rescanned }
      return nil
    }
    _ = ask(rescan: true)
    #expect(told(answered(Self.known)) == true)
    _ = ask(rescan: true, at: 3_000)
    #expect(told(answered(Self.known)) == false)
  }

  @Test("the controller's own digest is published to nobody, unless the cloud asks meanwhile")
  mutating func own() {
    #expect(ask(rescan: false, .itself) == [false])
    #expect(answered(Self.known).names == ["session digestKnown"])
    #expect(ask(rescan: false, .itself) == [false])
    #expect(ask(rescan: false).isEmpty)
    #expect(answered(Self.known).names == ["session digestKnown", "publish digest"])
  }

  @Test("F3: a disk that cannot compute it does not end all later ones")
  mutating func failed() {
    #expect(ask(rescan: true) == [true])
    #expect(answered(.failure(PartFixture.error)).names == ["log error"])
    #expect(ask(rescan: false) == [false])
  }
}
