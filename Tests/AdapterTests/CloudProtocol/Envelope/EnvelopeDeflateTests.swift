import Crypto
import DoorRules
import Foundation
import Testing

@testable import CloudProtocol
import Deflate

@Suite("D2: a deflated message counts as its payload, and a bomb is refused")
struct EnvelopeDeflateTests {
  private let forge = EnvelopeForge()

  private static let header = #"{"alg":"EdDSA","kid":"issuer-1","zip":"DEF"}"#
  private static let deflatedKinds: [Topics.Down] = [
    .config, .credentials, .snapshot, .chunk, .repair,
  ]

  private static func claims(_ kind: Topics.Down, body: String = "{}") -> [UInt8] {
    Array(EnvelopeForge.claims(typ: "\"\(kind.rawValue)\"", body: body).utf8)
  }

  /// A token over any header and payload, well signed.
  private func token(_ payload: [UInt8], header: String = header) throws -> [UInt8] {
    let signed = EnvelopeForge.encode(header) + "." + Data(payload).base64URL
    let signature = try forge.key.get().signature(for: Data(signed.utf8))
    return Array((signed + "." + signature.base64URL).utf8)
  }

  private static func deflated(_ payload: [UInt8]) throws -> [UInt8] {
    try #require(Deflate.deflate(payload, as: .bare, effort: .usual))
  }

  /// A chunk whose payload has exactly so many bytes.
  private static func chunk(bytes: Int) -> [UInt8] {
    func payload(_ filling: Int) -> [UInt8] {
      claims(
        .chunk,
        body: #"{"snapshotID":"s","revision":1,"index":0,"persons":[],"credentials":[],"x":""#
          + String(repeating: "x", count: filling) + #""}"#)
    }
    return payload(bytes - payload(0).count)
  }

  private func refusal(_ token: [UInt8], _ kind: Topics.Down = .chunk) throws -> EnvelopeRefusal? {
    do {
      _ = try forge.verify(token, as: SnapshotChunk.self, kind: kind)
      return nil
    } catch let refusal as EnvelopeRefusal {
      return refusal
    }
  }

  @Test("what the signer deflates the verifier reads, and it is much shorter")
  func comesBack() throws {
    let chunk = SnapshotChunk(
      snapshotID: "s", revision: 7, index: 0,
      credentials: try (0..<1_000).map { StoreFixture.credential($0) })
    func sign(_ isDeflated: Bool) throws -> [UInt8] {
      try forge.signer().sign(
        chunk, kind: .chunk, issuer: "cloud", audience: #require(ControllerID("door-7")),
        id: "m-1", at: WallInstant(secondsSince1970: EnvelopeForge.issued), lifetimeSeconds: 60,
        isDeflated: isDeflated)
    }
    let (plain, short) = (try sign(false), try sign(true))
    #expect(short.count * 2 < plain.count)
    let read = try forge.verify(short, as: SnapshotChunk.self, kind: .chunk)
    #expect(read == (try forge.verify(plain, as: SnapshotChunk.self, kind: .chunk)))
    #expect(read.body.credentials == chunk.credentials)
  }

  @Test("a snapshot has at most 130 bytes on the wire for each credential")
  func perCredential() throws {
    let chunk = SnapshotChunk(
      snapshotID: "s", revision: 7, index: 0,
      credentials: try (0..<1_000).map { index in
        var record = StoreFixture.credential(index)
        record.id = "c\(123_000 + index)"
        record.person = "p\(index * 7 % 100_000)"
        // As random as the keyed hash that it is.
        record.digest = try #require(
          CredentialDigest(bytes: Array(SHA256.hash(data: Data("\(index)".utf8)))))
        return record
      })
    let message = try forge.signer().sign(
      chunk, kind: .chunk, issuer: "cloud", audience: #require(ControllerID("door-7")), id: "m-1",
      at: WallInstant(secondsSince1970: EnvelopeForge.issued), lifetimeSeconds: 60,
      isDeflated: true)
    #expect(message.count <= 130 * 1_000, "\(message.count / 1_000)")
  }

  @Test(
    "what would get longer, and what is short by nature, goes plain",
    arguments: Topics.Down.allCases)
  func plain(_ kind: Topics.Down) throws {
    func sign(_ body: some Codable & Sendable) throws -> String {
      String(
        decoding: try forge.signer().sign(
          body, kind: kind, issuer: "c", audience: #require(ControllerID("door-7")), id: "m",
          at: WallInstant(secondsSince1970: EnvelopeForge.issued), lifetimeSeconds: 20,
          isDeflated: true), as: UTF8.self)
    }
    let zip = EnvelopeForge.encode(Self.header)
    let long = try sign(["x": String(repeating: "x", count: 1_000)])
    #expect(long.hasPrefix(zip + ".") == Self.deflatedKinds.contains(kind))
  }

  @Test(
    "a message that is deflated is read for those kinds, and refused for all others",
    arguments: Topics.Down.allCases)
  func kinds(_ kind: Topics.Down) throws {
    let token = try token(Self.deflated(Self.claims(kind)))
    let refusal = try refusal(token, kind)
    if Self.deflatedKinds.contains(kind) {
      // The body is none of a chunk; what is missing is told by its path, so it was read.
      #expect(refusal?.messageID == "c-1" && refusal?.problems.isEmpty == false)
    } else {
      #expect(refusal?.cause == .malformed && refusal?.messageID == nil)
      #expect(refusal?.detail.contains("must not be") == true)
    }
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var name: String
    var cause: EnvelopeRefusal.Cause
    var payload: @Sendable ([UInt8]) throws -> [UInt8]
    var testDescription: String { name }
  }

  static let bad: [Bad] = [
    Bad(name: "not deflated", cause: .malformed) { $0 },
    Bad(name: "empty", cause: .malformed) { _ in [] },
    Bad(name: "cut short", cause: .malformed) { try Array(deflated($0).dropLast(3)) },
    Bad(name: "half of it", cause: .malformed) {
      let whole = try deflated($0)
      return Array(whole.prefix(whole.count / 2))
    },
    Bad(name: "more behind it", cause: .malformed) { try deflated($0) + [1] },
    Bad(name: "twice", cause: .malformed) { try deflated($0) + deflated($0) },
    Bad(name: "deflated again", cause: .malformed) { try deflated(deflated($0)) },
    Bad(name: "with the bytes of zlib around", cause: .malformed) {
      try #require(Deflate.deflate($0, as: .zlib, effort: .usual))
    },
    Bad(name: "a block of a kind that is none", cause: .malformed) { _ in [7, 0, 0] },
    Bad(name: "a bomb", cause: .tooLarge) { _ in
      try deflated([UInt8](repeating: 32, count: 100_000_000))
    },
    Bad(name: "a bomb that begins well", cause: .tooLarge) {
      try deflated($0 + [UInt8](repeating: 32, count: 2_000_000))
    },
    Bad(name: "a bomb in a bomb", cause: .malformed) { _ in
      try deflated(deflated([UInt8](repeating: 0, count: 100_000_000)))
    },
  ]

  @Test("what cannot be inflated, or to too much, is refused by its name", arguments: bad)
  func refused(_ bad: Bad) throws {
    let token = try token(bad.payload(Self.chunk(bytes: 2_000)))
    let refusal = try #require(try refusal(token))
    #expect(refusal.cause == bad.cause, "\(refusal)")
    #expect(try self.refusal(self.token(Self.deflated(Self.chunk(bytes: 2_000)))) == nil)
  }

  @Test("a payload inflates to as many bytes as a message of its kind has, and to no more")
  func limit() throws {
    for kind in Self.deflatedKinds {
      #expect(EnvelopeLimits.inflatedBytesMax(kind) == EnvelopeLimits.messageBytesMax(kind))
    }
    let most = EnvelopeLimits.messageBytesMax(.chunk)
    #expect(try refusal(token(Self.deflated(Self.chunk(bytes: most)))) == nil)
    let refused = try refusal(token(Self.deflated(Self.chunk(bytes: most + 1))))
    #expect(refused?.cause == .tooLarge)
    #expect(refused?.detail == "the payload inflates to more than 1048576 bytes")
    // Of a kind that has less.
    let config = Self.claims(.config, body: #"{"x":"\#(String(repeating: "x", count: 300_000))"}"#)
    #expect(try refusal(token(Self.deflated(config)), .config)?.cause == .tooLarge)
  }

  @Test("nothing that nobody signed is inflated")
  func unsigned() throws {
    let bomb = try Self.deflated([UInt8](repeating: 32, count: 100_000_000))
    var token = try token(bomb)
    token[token.count - 10] = token[token.count - 10] == 65 ? 66 : 65
    #expect(try refusal(token)?.cause == .badSignature)
  }

  @Test(
    "the header says it in one way only",
    arguments: [
      #"{"alg":"EdDSA","kid":"issuer-1","zip":"def"}"#,
      #"{"alg":"EdDSA","kid":"issuer-1","zip":"GZ"}"#,
      #"{"alg":"EdDSA","kid":"issuer-1","zip":""}"#,
      #"{"alg":"EdDSA","kid":"issuer-1","zip":"DEF","zip":"DEF"}"#,
      #"{"alg":"EdDSA","kid":"issuer-1","zip":true}"#,
      #"{"alg":"EdDSA","zip":"DEF"}"#,
      #"{"alg":"EdDSA","kid":"issuer-1","zip":"DEF","typ":"JWT"}"#,
    ])
  func headers(_ header: String) throws {
    let token = try token(Self.deflated(Self.chunk(bytes: 2_000)), header: header)
    #expect(try refusal(token)?.cause == .malformed)
    let other = #"{"zip":"DEF","kid":"issuer-1","alg":"EdDSA"}"#
    #expect(try refusal(self.token(Self.deflated(Self.chunk(bytes: 2_000)), header: other)) == nil)
  }
}
