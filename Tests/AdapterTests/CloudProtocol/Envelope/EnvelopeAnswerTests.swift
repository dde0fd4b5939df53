import DoorRules
import Foundation
import Testing

@testable import CloudProtocol

/// A cloud that gets no answer waits for ever, and its people ask the wrong questions (D2, D4).
@Suite("A signed message with an id is refused under that id, whatever is wrong with it (D2, D4)")
struct EnvelopeAnswerTests {
  private let forge = EnvelopeForge()

  private func refusal(
    _ claims: String, kind: Topics.Down = .commands, retained: Bool = false
  ) throws -> EnvelopeRefusal {
    try #require(throws: EnvelopeRefusal.self) {
      let _: Envelope<Command> = try forge.verify(
        forge.token(EnvelopeForge.header(), claims), kind: kind, retained: retained)
    }
  }

  private static let cases: [(String, EnvelopeRefusal.Cause)] = [
    (EnvelopeForge.claims(exp: "1800000000"), .malformed),
    (EnvelopeForge.claims(iat: "1800000000.5"), .malformed),
    (EnvelopeForge.claims(nbf: #""now""#), .malformed),
    (EnvelopeForge.claims(iat: "null"), .malformed),
    (EnvelopeForge.claims(iss: #""""#), .malformed),
    (EnvelopeForge.claims(iss: "null"), .malformed),
    (EnvelopeForge.claims(iss: #""another""#), .wrongIssuer),
    (EnvelopeForge.claims(typ: #""config""#), .wrongKind),
    (EnvelopeForge.claims(typ: "7"), .malformed),
    (EnvelopeForge.claims(exp: "1800000099"), .lifetimeTooLong),
    (EnvelopeForge.claims(body: "[]"), .malformed),
    (EnvelopeForge.claims(body: #"{"kind":"open"}"#), .malformed),
    (EnvelopeForge.claims(body: #"{"kind":"identify","priority":+5}"#), .malformed),
    (EnvelopeForge.claims(body: #"{"kind":"identify","priority":.5}"#), .malformed),
    (EnvelopeForge.claims(body: #"{"kind":"identify","priority":00005}"#), .malformed),
  ]

  @Test("whatever is wrong, a message whose id can be read is answered", arguments: cases.indices)
  func answered(_ index: Int) throws {
    let (claims, cause) = Self.cases[index]
    let refusal = try refusal(claims)
    #expect(refusal.cause == cause && refusal.messageID == "c-1", "\(claims)")
  }

  @Test("an id that no message may have is told as it was sent, up to 512 bytes of plain text")
  func ids() throws {
    for id in ["a:b@c", String(repeating: "a", count: 65), String(repeating: "ä", count: 256)] {
      #expect(try refusal(EnvelopeForge.claims(jti: "\"\(id)\"")).messageID == id)
    }
    for id in [#""""#, "7", "null", #""a\nb""#, "\"\(String(repeating: "a", count: 513))\""] {
      #expect(try refusal(EnvelopeForge.claims(jti: id)).messageID == nil, "\(id)")
    }
  }

  @Test("what is for another controller is not answered, and its event has the id only for that")
  func others() throws {
    let other = try refusal(EnvelopeForge.claims(aud: #""door-8""#))
    #expect(other.cause == .wrongAudience && other.messageID == "c-1")
    #expect(try refusal(EnvelopeForge.claims(aud: #""door-8""#, exp: "0")).messageID == nil)
    #expect(try refusal(EnvelopeForge.claims(aud: "null")).messageID == nil)
  }

  @Test("a signed message that is too large is answered; one beyond 1 MiB is not read")
  func large() throws {
    func message(_ bytes: Int) -> String {
      let reason = String(repeating: "x", count: bytes * 3 / 4)
      return EnvelopeForge.claims(body: #"{"kind":"identify","reason":"\#(reason)"}"#)
    }
    let large = try refusal(message(20_000))
    #expect(large.cause == .tooLarge && large.messageID == "c-1")
    #expect(large.command?.kind == .identify)
    let huge = try refusal(message(EnvelopeLimits.anyMessageBytesMax))
    #expect(huge.cause == .tooLarge && huge.messageID == nil)
    let garbage = [UInt8](
      repeating: UInt8(ascii: "a"), count: EnvelopeLimits.messageBytesMax(.commands) + 1)
    #expect(try forge.cause(garbage) == .tooLarge)
  }

  @Test("a retained command is refused under its id, and names what it was")
  func retained() throws {
    let refusal = try refusal(EnvelopeForge.claims(), retained: true)
    #expect(refusal.cause == .retainedCommand && refusal.messageID == "c-1")
    #expect(refusal.command == CommandMark(Command(kind: .unlock, door: "front")))
    // One that cannot be read has a content all the same.
    let first = try self.refusal(EnvelopeForge.claims(body: #"{"kind":"open","a":1}"#))
    let second = try self.refusal(EnvelopeForge.claims(body: #"{"a":1,"kind":"open"}"#))
    #expect(first.command?.content != nil && first.command?.content == second.command?.content)
    #expect(first.command?.kind == nil)
  }

  @Test("unknown members of a body are told beside it")
  func members() throws {
    let envelope: Envelope<Command> = try forge.verify(
      forge.token(
        EnvelopeForge.header(),
        EnvelopeForge.claims(body: #"{"kind":"unlock","door":"front","reson":"x"}"#)))
    #expect(envelope.unknownMembers.map(\.path) == ["reson"])
  }
}
