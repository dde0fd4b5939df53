import DoorRules
import Testing

@testable import CloudProtocol
import Deflate

@Suite("D9: batches are deflated for a cloud that takes it, and for no other")
struct SyncSessionEncodingTests {
  private func batch(_ numbers: ClosedRange<UInt64>) -> EventBatch {
    EventBatch(
      controller: "c1", epoch: "e",
      events: numbers.map {
        CloudEvent(
          controller: "c1", number: $0, draft: StoreFixture.draft(Int($0)),
          chain: [UInt8](repeating: UInt8($0 % 251), count: 16))
      })
  }

  @Test("a batch comes back from each form; deflated it has a third of the bytes at most")
  func comesBack() throws {
    let batch = batch(1...200)
    let (plain, deflated) = (
      try BatchPayload.write(batch, nil), try BatchPayload.write(batch, .deflate)
    )
    #expect(plain == (try JSONCoding.encode(batch)))
    #expect(deflated.count * 3 < plain.count, "\(deflated.count) of \(plain.count)")
    #expect(try BatchPayload.read(plain) == batch)
    #expect(try BatchPayload.read(deflated) == batch)
    // Its first byte is what tells it from JSON.
    #expect(deflated.first == 0x78)
  }

  @Test("what cannot be inflated, or to more than a door ever sends, is refused whole")
  func refused() throws {
    let deflated = try BatchPayload.write(batch(1...20), .deflate)
    func isRefused(_ payload: [UInt8]) -> Bool { (try? BatchPayload.read(payload)) == nil }
    #expect(!isRefused(deflated))
    for count in 0..<deflated.count { #expect(isRefused(Array(deflated.prefix(count)))) }
    #expect(isRefused(deflated + [0]))
    var changed = deflated
    changed[deflated.count / 2] ^= 4
    #expect(isRefused(changed))
    #expect(isRefused([0x78]))
    #expect(isRefused([0x78, 0x01] + Array("{}".utf8)))
  }

  @Test("a batch inflates to 256 KiB, and to no byte more")
  func limit() throws {
    func padded(to bytes: Int) throws -> [UInt8] {
      let json = try BatchPayload.write(batch(1...20), nil)
      return json + [UInt8](repeating: 32, count: bytes - json.count)
    }
    let most = BatchPayload.inflatedBytesMax
    #expect(most == 262_144)
    func read(_ bytes: Int) throws -> EventBatch {
      try BatchPayload.read(
        #require(Deflate.deflate(padded(to: bytes), as: .zlib, effort: .usual)))
    }
    #expect(try read(most) == batch(1...20))
    #expect {
      try read(most + 1)
    } throws: { error in
      "\(error)".contains("inflates to more than 262144 bytes")
    }
  }

  private func session() throws -> SyncSession {
    var session = SyncSession(
      identity: SyncSession.Identity(
        controller: try #require(ControllerID("c1")), software: "1", bootID: "b",
        simulated: true),
      standing: SyncSession.Standing(
        configRevision: 2, credentialRevision: 5, logEpoch: "e", lastEvent: 5,
        acknowledgedEvent: 0, clockTrust: .synchronised))
    _ = session.handle(
      .connected(nonce: "n1", standing: session.standing, messageBytesMax: nil), at: at(0))
    return session
  }

  private func at(_ seconds: UInt64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
  }

  private func word(nonce: String?, _ encodings: [String]?, through: UInt64 = 0)
    -> SyncSession.Input
  {
    .acknowledged(
      EventAcknowledgement(
        epoch: "e", through: through, sessionNonce: nonce, encodings: encodings))
  }

  @Test("only a word of this connection counts, and the next connection begins plain")
  func negotiated() throws {
    var session = try session()
    #expect(session.batchEncoding == nil)
    for other in [
      word(nonce: "n0", ["deflate"]), word(nonce: nil, ["deflate"]), word(nonce: "n1", nil),
      word(nonce: "n1", ["zstd"]),
    ] {
      _ = session.handle(other, at: at(1))
      #expect(session.batchEncoding == nil)
    }
    _ = session.handle(word(nonce: "n1", ["zstd", "deflate"]), at: at(2))
    #expect(session.batchEncoding == .deflate)
    // An older word says nothing; this cloud may be replaced by one that does not know it.
    _ = session.handle(word(nonce: "n0", nil), at: at(3))
    #expect(session.batchEncoding == .deflate)
    _ = session.handle(word(nonce: "n1", nil), at: at(4))
    #expect(session.batchEncoding == nil)
    _ = session.handle(word(nonce: "n1", ["deflate"]), at: at(5))
    _ = session.handle(.disconnected, at: at(6))
    #expect(session.batchEncoding == nil)
    _ = session.handle(
      .connected(nonce: "n2", standing: session.standing, messageBytesMax: nil), at: at(7))
    #expect(session.batchEncoding == nil)
  }

  @Test("what is not acknowledged in time goes again plain: perhaps nobody could read it")
  func unanswered() throws {
    var session = try session()
    _ = session.handle(word(nonce: "n1", ["deflate"]), at: at(1))
    let sent = session.handle(.eventsRead(after: 0, batch(1...5)), at: at(2))
    #expect(
      sent.contains {
        if case .publishEvents = $0 { true } else { false }
      })
    #expect(session.batchEncoding == .deflate)
    _ = session.advance(to: at(13))
    #expect(session.batchEncoding == nil)
    _ = session.handle(.eventsRead(after: 0, batch(1...1)), at: at(13))
    _ = session.handle(word(nonce: "n1", ["deflate"], through: 1), at: at(14))
    #expect(session.batchEncoding == .deflate)
  }
}
