import DoorRules
import Foundation
import Testing

@testable import CloudProtocol

@Suite("What a broker refused, or nobody answered, is sent again (D3, D6)")
struct SyncSessionRepeatTests {
  private func connect(_ session: inout SyncSession, bytesMax: Int? = nil) {
    _ = session.handle(
      .connected(nonce: "n", standing: SyncFixture.standing(last: 0), messageBytesMax: bytesMax),
      at: SyncFixture.at(0))
  }

  @Test("D3: a hello that nobody answers is sent again, less and less often")
  func hello() throws {
    var session = try SyncFixture.session(last: 0)
    connect(&session, bytesMax: 4_000)
    var now = 0
    for wait in [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000] {
      #expect(session.advance(to: SyncFixture.at(now + wait - 1)).isEmpty)
      now += wait
      let outputs = session.advance(to: SyncFixture.at(now))
      guard case .publishHello(let hello)? = outputs.first, outputs.count == 1 else {
        Issue.record("after \(wait): \(outputs)")
        return
      }
      #expect(hello.sessionNonce == "n" && hello.messageBytesMax == 4_000)
      #expect(hello.protocolVersion == 1 && hello.commands?.contains("unlock") == true)
    }
    #expect(session.handle(.heard, at: SyncFixture.at(now)).isEmpty)
    #expect(session.nextDeadline == nil)
  }

  @Test("D3: a hello that the broker refused is sent again, though the cloud was heard meanwhile")
  func refusedHello() throws {
    var session = try SyncFixture.session(last: 0)
    connect(&session)
    _ = session.handle(.heard, at: SyncFixture.at(1))
    #expect(session.handle(.refused(.hello), at: SyncFixture.at(2)).isEmpty)
    #expect(session.advance(to: SyncFixture.at(10_001)).isEmpty)
    let outputs = session.advance(to: SyncFixture.at(10_002))
    guard case .publishHello? = outputs.first, outputs.count == 1 else {
      Issue.record("no hello: \(outputs)")
      return
    }
  }

  @Test("D3: an answer that the broker refused is sent again; without a connection it is not")
  func applied() throws {
    var session = try SyncFixture.session(last: 0)
    let report = ApplyReport(
      subject: .config, messageID: "m", revision: 3, applied: true, problems: [])
    connect(&session)
    _ = session.handle(.heard, at: SyncFixture.at(0))
    #expect(session.handle(.refused(.applied(report)), at: SyncFixture.at(0)).isEmpty)
    #expect(session.nextDeadline == SyncFixture.at(5_000))
    #expect(session.advance(to: SyncFixture.at(5_000)) == [.publishApplied(report)])
    _ = session.handle(.refused(.applied(report)), at: SyncFixture.at(5_000))
    #expect(session.nextDeadline == SyncFixture.at(15_000))
    _ = session.handle(.disconnected, at: SyncFixture.at(6_000))
    #expect(session.advance(to: SyncFixture.at(60_000)).isEmpty)
  }

  @Test("D3: of more than 16 refused answers the oldest is dropped")
  func manyAnswers() throws {
    var session = try SyncFixture.session(last: 0)
    connect(&session)
    _ = session.handle(.heard, at: SyncFixture.at(0))
    for revision in 1...(SyncLimits.answersWaitingMax + 1) {
      let report = ApplyReport(
        subject: .config, messageID: "m", revision: UInt64(revision), applied: true, problems: [])
      _ = session.handle(.refused(.applied(report)), at: SyncFixture.at(0))
    }
    let revisions = session.advance(to: SyncFixture.at(5_000)).compactMap {
      if case .publishApplied(let report) = $0 { report.revision } else { nil }
    }
    #expect(revisions == (2...17).map { UInt64($0) })
  }

  @Test("D6: a result that the broker refused frees its place and is read again later")
  func results() throws {
    var session = try SyncFixture.session(last: 0)
    connect(&session)
    _ = session.handle(.heard, at: SyncFixture.at(0))
    _ = session.handle(.resultsRead([]), at: SyncFixture.at(0))
    let result = SyncFixture.result("a")
    #expect(session.handle(.resultReady(result), at: SyncFixture.at(0)) == [.publishResult(result)])
    #expect(session.handle(.refused(.result(commandID: "a")), at: SyncFixture.at(0)).isEmpty)
    #expect(session.advance(to: SyncFixture.at(5_000)) == [.readResults(limit: 16)])
    #expect(
      session.handle(.resultsRead([result]), at: SyncFixture.at(5_000)) == [
        .publishResult(result)
      ])
    #expect(
      session.handle(.resultDelivered(commandID: "a"), at: SyncFixture.at(5_001)) == [
        .confirmResult(commandID: "a")
      ])
  }
}
