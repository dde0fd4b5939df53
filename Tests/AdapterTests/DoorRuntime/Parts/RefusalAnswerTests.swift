import CloudProtocol
import DoorCore
import DoorRules
import Foundation
import Testing

@testable import DoorRuntime

/// Which refused messages are answered, and how: a message that nobody can be held to has no
/// answer, and one that is out of its time by this clock is asked for again.
@Suite("CloudConversation: which refusal is answered, and how (D2, D3, D4, D6)")
struct RefusalAnswerTests {
  private enum Answer: String {
    case none, askAgain, rejected, expired, config, credentials
  }

  /// For commands, configurations, records, and messages that are never answered.
  private static func answers(
    to cause: EnvelopeRefusal.Cause
  ) -> (commands: Answer, config: Answer, records: Answer, others: Answer) {
    switch cause {
    case .malformed, .lifetimeTooLong, .wrongIssuer, .wrongKind, .notAllowed,
      .retainedCommand:
      (.rejected, .config, .credentials, .none)
    case .notYetValid: (.rejected, .askAgain, .askAgain, .askAgain)
    case .expired: (.expired, .askAgain, .askAgain, .askAgain)
    case .tooLarge, .wrongAlgorithm, .unknownKey, .badSignature, .wrongAudience:
      (.none, .none, .none, .none)
    }
  }

  private static func answer(to cause: EnvelopeRefusal.Cause, _ kind: Topics.Down) -> Answer {
    let row = answers(to: cause)
    return switch kind {
    case .commands: row.commands
    case .config: row.config
    case .credentials, .snapshot, .chunk, .repair: row.records
    case .ack, .digest, .certificate: row.others
    }
  }

  private let forge = EnvelopeForge()

  @Test(
    "every cause and kind is answered as the table states, counted, and recorded",
    arguments: EnvelopeRefusal.Cause.allCases, Topics.Down.allCases)
  func table(_ cause: EnvelopeRefusal.Cause, _ kind: Topics.Down) throws {
    // The broker may retain anything but a command.
    guard cause != .retainedCommand || kind == .commands else { return }
    var verifier = try forge.verifier()
    try verifier.keys.trust(
      keyID: Self.limited, bytes: forge.signer().publicKeyBytes, rights: KeyRights([]))
    var cloud = CloudFixture.conversation(verifier)
    let wishes = cloud.receive(
      topic: CloudFixture.topics.topic(kind), try message(cause, kind),
      retained: cause == .retainedCommand, inForce: .init(config: 5, credentials: 6),
      at: PartFixture.moment())
    #expect(Array(wishes.names.prefix(2)) == ["log warning", "record message.refused"])
    #expect(wishes.records.first?.reason == cause.rawValue)
    #expect(wishes.records.first?.detail["kind"] == kind.rawValue)
    #expect(cloud.refusals.counts == ["\(kind.rawValue).\(cause.rawValue)": 1])
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment()) == nil)
    try expect(Self.answer(to: cause, kind), Array(wishes.dropFirst(2)), cause)
  }

  private static let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)

  /// What two readers may read differently, with the path that is told.
  private static let twofold: [(change: String, path: String)] = [
    (#""kind":"identify","kind":"identify""#, "kind"),
    (#""x":1,"\u0078":1"#, "x"),
    (#""x":{"y":[1,{"z":null,"z":null}]}"#, "x.y[1].z"),
    (#""x":\#(deep)"#, "x[0][0][0][0][0][0][0][0][0][0][0][0][0][0]"),
  ]

  @Test(
    "a member that is there twice, and deep nesting, are refused whole and answered as malformed",
    arguments: twofold.indices, Topics.Down.allCases)
  func ambiguous(_ index: Int, _ kind: Topics.Down) throws {
    let (change, path) = Self.twofold[index]
    // Without the change each of them is taken.
    let body = try Self.body(kind)
    let inner = body.dropFirst().dropLast()
    var cloud = CloudFixture.conversation(try forge.verifier())
    func receive(_ body: String) throws -> [Wish] {
      let claims = EnvelopeForge.claims(
        typ: "\"\(kind.rawValue)\"", body: body)
      return cloud.receive(
        topic: CloudFixture.topics.topic(kind), try forge.token(EnvelopeForge.header(), claims),
        retained: false, inForce: .init(config: 5, credentials: 6), at: PartFixture.moment())
    }
    let separator = inner.isEmpty ? "" : ","
    let wishes = try receive("{\(inner)\(separator)\(change)}")
    #expect(Array(wishes.names.prefix(2)) == ["log warning", "record message.refused"])
    #expect(wishes.records.first?.detail["cause"]?.contains("\(path): is ") == true)
    #expect(cloud.refusals.counts == ["\(kind.rawValue).malformed": 1])
    try expect(
      Self.answer(to: .malformed, kind), Array(wishes.dropFirst(2)), .malformed)
    let good = try receive(body)
    #expect(!good.names.contains("record message.refused"), "\(good.names)")
  }

  @Test("claims that are there twice are refused; one id, however often, is answered")
  func ambiguousClaims() throws {
    for (claims, isAnswered) in [
      (EnvelopeForge.claims(jti: #""c-1","jti":"c-1""#), true),
      (EnvelopeForge.claims(exp: #"1800000020,"exp":1900000000"#), true),
      (EnvelopeForge.claims(body: #"{"kind":"identify"},"body":{"kind":"sync"}"#), true),
      (EnvelopeForge.claims(jti: #""c-1","jti":"c-2""#), false),
      (EnvelopeForge.claims(aud: #""door-7","aud":"door-8""#), false),
      (EnvelopeForge.claims(aud: #""door-8","\u0061ud":"door-7""#), false),
    ] {
      var cloud = CloudFixture.conversation(try forge.verifier())
      let wishes = cloud.receive(
        topic: CloudFixture.topics.topic(.commands),
        try forge.token(EnvelopeForge.header(), claims), retained: false,
        inForce: .init(config: 5, credentials: 6), at: PartFixture.moment())
      #expect(wishes.records.first?.reason == "malformed", "\(claims)")
      try expect(isAnswered ? .rejected : .none, Array(wishes.dropFirst(2)), .malformed)
    }
  }

  @Test(
    "data whose id cannot be told is asked for again, so that no revocation is lost unseen",
    arguments: Topics.Down.allCases)
  func withoutID(_ kind: Topics.Down) throws {
    for (id, audience) in [
      (#""c-1","jti":"c-2""#, #""door-7""#), ("7", #""door-7""#),
      (#""c-1","jti":"c-2""#, #""door-8""#),
    ] {
      var cloud = CloudFixture.conversation(try forge.verifier())
      let claims = EnvelopeForge.claims(
        aud: audience, jti: id, typ: "\"\(kind.rawValue)\"", body: try Self.body(kind))
      let wishes = cloud.receive(
        topic: CloudFixture.topics.topic(kind), try forge.token(EnvelopeForge.header(), claims),
        retained: false, inForce: .init(config: 5, credentials: 6), at: PartFixture.moment())
      let isOurs = audience == #""door-7""#
      let isData =
        Self.answer(to: .expired, kind) == .askAgain
        && ![.ack, .digest, .certificate]
          .contains(kind)
      #expect(
        wishes.names == ["log warning", "record message.refused"]
          + (isOurs && isData ? ["askAgain"] : []), "\(id)")
    }
  }

  @Test("what is no signed message at all has no answer, whatever its topic")
  func unsigned() throws {
    for kind in Topics.Down.allCases {
      var cloud = CloudFixture.conversation(try forge.verifier())
      let wishes = cloud.receive(
        topic: CloudFixture.topics.topic(kind), Array("a.b.c".utf8), retained: false,
        inForce: .init(config: 0, credentials: 0), at: PartFixture.moment())
      #expect(wishes.names == ["log warning", "record message.refused"])
    }
  }

  private func expect(
    _ answer: Answer, _ wishes: [Wish], _ cause: EnvelopeRefusal.Cause
  ) throws {
    switch answer {
    case .none: #expect(wishes.names == [])
    case .askAgain: #expect(wishes.names == ["askAgain"])
    case .rejected, .expired:
      guard case .refuseCommand("c-1", _, let outcome, let reason, isCopy: false)? = wishes.first
      else {
        Issue.record("no refused command: \(wishes.names)")
        return
      }
      #expect(wishes.count == 1 && outcome.rawValue == answer.rawValue)
      #expect(reason.hasPrefix(cause.rawValue))
    case .config, .credentials:
      let report = try #require(wishes.reports.first)
      #expect(wishes.names == ["session applied"])
      #expect(report.subject.rawValue == answer.rawValue && report.messageID == "c-1")
      #expect(!report.applied && report.revision == (answer == .config ? 5 : 6))
      #expect(!report.problems.isEmpty)
    }
  }

  /// A message of this kind that is refused for this cause and no other.
  private func message(_ cause: EnvelopeRefusal.Cause, _ kind: Topics.Down) throws -> [UInt8] {
    let typ = "\"\(kind.rawValue)\""
    let body = try Self.body(kind)
    func claims(
      iss: String = #""cloud""#, aud: String = #""door-7""#, from: Int64 = 0, seconds: Int64 = 20,
      typ: String? = nil, body: String? = nil
    ) -> String {
      let start = EnvelopeForge.issued + from
      return EnvelopeForge.claims(
        iss: iss, aud: aud, iat: "\(start)", nbf: "\(start)", exp: "\(start + seconds)",
        typ: typ ?? "\"\(kind.rawValue)\"", body: body ?? Self.unread)
    }
    let good = EnvelopeForge.header()
    switch cause {
    case .malformed: return try forge.token(good, claims())
    case .tooLarge:
      return [UInt8](
        repeating: UInt8(ascii: "a"), count: EnvelopeLimits.messageBytesMax(kind) + 1)
    case .wrongAlgorithm: return try forge.token(EnvelopeForge.header("HS256"), claims())
    case .unknownKey: return try forge.token(EnvelopeForge.header(kid: "issuer-2"), claims())
    case .badSignature:
      var token = try forge.token(good, claims())
      let place = token.count - 10
      token[place] = token[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      return token
    case .notAllowed:
      return try forge.token(
        EnvelopeForge.header(kid: Self.limited), claims(typ: typ, body: body))
    case .wrongAudience: return try forge.token(good, claims(aud: #""door-8""#))
    case .wrongIssuer: return try forge.token(good, claims(iss: #""somebody""#))
    case .wrongKind:
      return try forge.token(good, claims(typ: kind == .ack ? #""digest""# : #""ack""#))
    case .notYetValid: return try forge.token(good, claims(from: 100))
    case .expired: return try forge.token(good, claims(from: -100))
    case .lifetimeTooLong:
      return try forge.token(good, claims(seconds: 8 * 86_400, typ: typ, body: body))
    case .retainedCommand: return try forge.token(good, claims())
    }
  }

  /// A key without any right.
  private static let limited = "limited-1"

  /// A body that no kind has.
  private static let unread = "[]"

  private static func body(_ kind: Topics.Down) throws -> String {
    func text(_ body: some Encodable) throws -> String {
      String(decoding: try JSONCoding.encode(body), as: UTF8.self)
    }
    return switch kind {
    case .config: try text(StoreFixture.configuration(9))
    case .credentials: try text(CredentialDelta(baseRevision: 6, revision: 7))
    case .commands: try text(Command(kind: .identify))
    case .ack: try text(EventAcknowledgement(epoch: "e-1", through: 1))
    case .snapshot: try text(SnapshotOffer(snapshotID: "s-1", revision: 7, chunks: 1))
    case .chunk: try text(SnapshotChunk(snapshotID: "s-1", revision: 7, index: 0))
    case .repair: try text(BucketRepair(revision: 6, buckets: [1]))
    case .digest: try text(DigestRequest())
    case .certificate: try text(CertificateAnswer(requestDigest: "d"))
    }
  }
}
