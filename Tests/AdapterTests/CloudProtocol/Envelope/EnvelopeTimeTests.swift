import CloudProtocol
import DoorRules
import Foundation
import Testing

@Suite("Times and limits of signed messages (D4, D5)")
struct EnvelopeTimeTests {
  let forge = EnvelopeForge()

  @Test(
    "an unlock is good from 30 s before it was issued, for a slow clock, to its very end",
    arguments: [
      (-30.001, EnvelopeRefusal.Cause.notYetValid), (-30, nil), (0, nil), (19.999, nil),
      (20, .expired), (49, .expired),
    ])
  func commandWindow(_ seconds: Double, _ expected: EnvelopeRefusal.Cause?) throws {
    #expect(try forge.cause(forge.token(), after: seconds) == expected)
    #expect(try forge.cause(forge.token(), after: seconds, trust: .holdover) == expected)
  }

  @Test(
    "data has the 30 s for clocks that differ at its end too",
    arguments: [(20, nil), (49.999, nil), (50, EnvelopeRefusal.Cause.expired)])
  func dataWindow(_ seconds: Double, _ expected: EnvelopeRefusal.Cause?) throws {
    let token = try forge.token(
      EnvelopeForge.header(),
      EnvelopeForge.claims(typ: #""ack""#, body: #"{"epoch":"e","through":1}"#))
    do {
      _ = try forge.verify(token, as: EventAcknowledgement.self, kind: .ack, after: seconds)
      #expect(expected == nil)
    } catch let refusal as EnvelopeRefusal {
      #expect(refusal.cause == expected)
    }
  }

  @Test("without a clock the times are not judged, and the envelope says so")
  func unknownClock() throws {
    let late: Envelope<Command> = try forge.verify(
      forge.token(), after: 900_000, trust: .unknown)
    #expect(!late.timesChecked)
    let early: Envelope<Command> = try forge.verify(
      forge.token(), after: -900_000_000, trust: .unknown)
    #expect(!early.timesChecked)
  }

  @Test("without a clock the length of life still counts")
  func unknownClockLifetime() throws {
    let token = try forge.token(EnvelopeForge.header(), EnvelopeForge.claims(exp: "1800000031"))
    #expect(try forge.cause(token, trust: .unknown) == .lifetimeTooLong)
  }

  @Test("a command is bound to the session whose nonce it repeats, and to no other")
  func sessionBinding() throws {
    let bound = try forge.token(
      EnvelopeForge.header(),
      EnvelopeForge.claims(body: #"{"kind":"unlock","door":"a","sessionNonce":"n1"}"#))
    let envelope: Envelope<Command> = try forge.verify(bound, trust: .unknown)
    #expect(envelope.isBound(toSession: "n1"))
    #expect(!envelope.isBound(toSession: "n2"))
    let free: Envelope<Command> = try forge.verify(forge.token(), trust: .unknown)
    #expect(!free.isBound(toSession: "n1"))
    #expect(!free.isBound(toSession: ""))
  }

  @Test(
    "the signer refuses a life that the door would refuse",
    arguments: [
      (Command.Kind.unlock, 30, true), (.unlock, 31, false), (.adminUnlock, 30, true),
      (.adminUnlock, 31, false), (.identify, 3600, true), (.identify, 3601, false),
      (.identify, 0, false), (.unlock, -1, false),
    ])
  func commandLifetimes(_ kind: Command.Kind, _ seconds: Int, _ allowed: Bool) throws {
    let signed = Result { try sign(Command(kind: kind), kind: .commands, seconds: seconds) }
    #expect(allowed == ((try? signed.get()) != nil))
    if case .success(let token) = signed { #expect(try forge.cause(token) == nil) }
    if case .failure(let error) = signed {
      #expect((error as? EnvelopeRefusal)?.cause == .lifetimeTooLong)
    }
  }

  @Test("data may live 7 days")
  func dataLifetime() throws {
    let ack = EventAcknowledgement(epoch: "e", through: 3)
    let token = try sign(ack, kind: .ack, seconds: 7 * 86_400)
    #expect(
      try forge.verify(token, as: EventAcknowledgement.self, kind: .ack, after: 500_000).body
        == ack)
    #expect(throws: EnvelopeRefusal.self) {
      try sign(ack, kind: .ack, seconds: 7 * 86_400 + 1)
    }
  }

  @Test(
    "a message of one byte too many is refused where it is made",
    arguments: [(Topics.Down.config, 256 * 1024), (.commands, 16 * 1024), (.ack, 16 * 1024)])
  func sizes(_ kind: Topics.Down, _ limit: Int) throws {
    #expect(EnvelopeLimits.messageBytesMax(kind) == limit)
    // Base64 makes four characters of three bytes; claims and signature need under 500 bytes.
    let fits = String(repeating: "a", count: (limit - 500) * 3 / 4)
    #expect(try sign(fits, kind: kind, seconds: 10).count <= limit)
    let error = #expect(throws: EnvelopeRefusal.self) {
      try sign(fits + fits.prefix(500), kind: kind, seconds: 10)
    }
    #expect(error?.cause == .tooLarge)
  }

  @Test("what is signed is what is read, for each kind")
  func roundTrip() throws {
    let command = Command(kind: .adminUnlock, door: "a/b", person: "op", reason: "Brand \u{1F525}")
    let token = try sign(command, kind: .commands, seconds: 30)
    let envelope: Envelope<Command> = try forge.verify(token)
    #expect(envelope.body == command)
    #expect(envelope.notBefore == envelope.issuedAt)
    #expect(envelope.expires == envelope.issuedAt.advanced(bySeconds: 30))
  }

  @Test("any issuer with a key is believed when none is named")
  func anyIssuer() throws {
    let token = try forge.token(EnvelopeForge.header(), EnvelopeForge.claims(iss: #""other""#))
    let at = WallInstant(secondsSince1970: EnvelopeForge.issued)
    let envelope = try forge.verifier(issuer: nil).verify(
      token, as: Command.self, kind: .commands, at: at, clockTrust: .synchronised,
      retained: false)
    #expect(envelope.issuer == "other")
  }

  @Test("a key that cannot be one is refused at start, by its name and without its bytes")
  func brokenKeys() throws {
    let controller = try #require(ControllerID("c"))
    let short = #expect(throws: EnvelopeKeyFailure.self) {
      try EnvelopeVerifier(publicKeys: ["k": [1, 2]], audience: controller, issuer: nil)
    }
    #expect(short?.description == #"key "k": a public key has 32 bytes, this one 2"#)
    #expect(throws: EnvelopeKeyFailure.self) {
      try EnvelopeVerifier(
        publicKeys: ["a b": EnvelopeForge.seed], audience: controller, issuer: nil)
    }
    #expect(throws: EnvelopeKeyFailure.self) {
      try EnvelopeSigner(privateKeyBytes: Secret([1]), keyID: "k")
    }
    let signer = try forge.signer()
    #expect(!"\(signer)".contains("[0, 1, 2"))
  }

  private func sign<Body: Codable & Sendable>(
    _ body: Body, kind: Topics.Down, seconds: Int
  ) throws -> [UInt8] {
    try forge.signer().sign(
      body, kind: kind, issuer: "cloud", audience: #require(ControllerID(EnvelopeForge.controller)),
      id: "m-1", at: WallInstant(secondsSince1970: EnvelopeForge.issued), lifetimeSeconds: seconds)
  }
}
