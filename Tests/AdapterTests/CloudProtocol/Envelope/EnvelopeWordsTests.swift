import CloudProtocol
import DoorRules
import Foundation
import Testing

/// What most libraries do by themselves, and a controller does not take: the refusal has to say which.
@Suite("A refused envelope says what is wrong with it, and what is expected (D4, D13)")
struct EnvelopeWordsTests {
  private let forge = EnvelopeForge()

  private func words(of token: [UInt8]) throws -> String {
    let refusal = #expect(throws: EnvelopeRefusal.self) {
      let _: Envelope<Command> = try forge.verify(token)
    }
    return refusal?.detail ?? ""
  }

  private static let headers: [(header: String, words: String)] = [
    (
      #"{"alg":"EdDSA","kid":"issuer-1","typ":"JWT"}"#,
      #"the header has "typ" besides; it must be {"alg":"EdDSA","kid":"KEYID"}"#
    ),
    (
      #"{"alg":"EdDSA"}"#,
      #"the header must have one kid, {"alg":"EdDSA","kid":"KEYID"}"#
    ),
    (#"{"alg":"ES256","kid":"issuer-1"}"#, #"alg is "ES256", expected one, "EdDSA""#),
    (#"{"kid":"issuer-1"}"#, #"the header has 0 alg, expected one, "EdDSA""#),
    (
      #"{"alg":"EdDSA","kid":"issuer-2"}"#,
      #"no key "issuer-2" is trusted here; these are: issuer-1"#
    ),
    (
      #"{"alg":"EdDSA","kid":"a/b"}"#,
      "kid must be 1 to 64 characters out of A-Z a-z 0-9 . _ -"
    ),
  ]

  @Test("the member of a header that is wrong is named", arguments: headers.indices)
  func header(_ index: Int) throws {
    let (header, expected) = Self.headers[index]
    #expect(try words(of: forge.token(header)) == expected)
  }

  @Test("a part that is not base64url is named, with what about it is not")
  func parts() throws {
    let parts = String(decoding: try forge.token(), as: UTF8.self).components(separatedBy: ".")
    func with(_ index: Int, _ text: String) throws -> String {
      var changed = parts
      changed[index] = text
      return try words(of: Array(changed.joined(separator: ".").utf8))
    }
    let rule = "it must be base64url without padding"
    #expect(try with(0, parts[0] + "=") == "the header is padded with =; \(rule)")
    #expect(try with(1, parts[1] + "==") == "the payload is padded with =; \(rule)")
    #expect(
      try with(2, "+" + parts[2].dropFirst())
        == "the signature has + or /, which base64url writes as - and _; \(rule)")
    #expect(
      try with(2, parts[2] + "!") == "the signature has other characters or bits left over; \(rule)"
    )
  }

  @Test("what is not signed at all is told so, and how many dots there are")
  func unsigned() throws {
    #expect(
      try words(of: Array(#"{"kind":"identify","lat":52.5}"#.utf8))
        == "is plain JSON; send it signed, as header.payload.signature in base64url")
    #expect(
      try words(of: Array("a.b".utf8))
        == "has 1 dots; a compact JWS has 2, as in header.payload.signature")
  }

  @Test("a time in milliseconds is told as such, by the claim's name")
  func milliseconds() throws {
    let claims = EnvelopeForge.claims(exp: "1800000020000")
    #expect(
      try words(of: forge.token(EnvelopeForge.header(), claims))
        == "exp: 1800000020000 is outside 0 to 253402300799; these look like milliseconds, "
        + "send seconds since 1970")
    let negative = EnvelopeForge.claims(iat: "-1")
    #expect(
      try words(of: forge.token(EnvelopeForge.header(), negative))
        == "iat: -1 is outside 0 to 253402300799")
  }

  @Test("a topic that no controller has is named, with those that it has")
  func topic() {
    #expect(
      Topics.problem(ofDown: "postern/v1/door-7/down/command").hasPrefix(
        #"a controller has no topic down/"command"; it has config, credentials, commands"#))
    #expect(Topics.problem(ofDown: "x/\u{1B}[2J").contains("something unprintable"))
  }

  @Test("a digest that is padded or too long is told so, and not shown")
  func digest() {
    for (text, words) in [
      ("5bnXZqAX7hbIC3-fXeoYzOaAXH6LrnlFiZ1SLRnTPSg=", "this one is padded with ="),
      (String(repeating: "0", count: 64), "this one has 64 characters"),
    ] {
      let failure = #expect(throws: ValidationFailure.self) {
        try JSONCoding.decode([CredentialDigest].self, from: Array("[\"\(text)\"]".utf8))
      }
      #expect(failure?.problems.first?.message.hasSuffix(words) == true)
      #expect(failure?.problems.first?.message.contains(text) == false)
    }
  }
}
