import CloudProtocol
import Crypto
import DoorRules
import Foundation
import Testing

@Suite("Forged envelopes are made right (D4)")
struct EnvelopeFixtureTests {
  @Test(
    "a hand-made token with nothing wrong is believed, so the attacks fail for their own reason")
  func goodTokenIsBelieved() throws {
    let envelope: Envelope<Command> = try EnvelopeForge().verify(EnvelopeForge().token())
    #expect(envelope.body == Command(kind: .unlock, door: "front"))
    #expect(envelope.id == "c-1")
    #expect(envelope.issuer == "cloud")
    #expect(envelope.audience.rawValue == "door-7")
    #expect(envelope.kind == .commands)
    #expect(envelope.issuedAt == WallInstant(secondsSince1970: 1_800_000_000))
    #expect(envelope.expires == WallInstant(secondsSince1970: 1_800_000_020))
    #expect(envelope.timesChecked)
  }

  @Test("the header may name kid before alg and have spaces")
  func headerOrder() throws {
    let header = #" { "kid" : "issuer-1" , "alg" : "EdDSA" } "#
    #expect(try EnvelopeForge().cause(EnvelopeForge().token(header)) == nil)
  }

  @Test("the public key of a private key is the one of RFC 8037 appendix A")
  func knownKey() throws {
    let seed = try #require(Data(base64URL: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    let signer = try EnvelopeSigner(privateKeyBytes: Secret(Array(seed)), keyID: "a")
    #expect(
      Data(signer.publicKeyBytes).base64URL == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
  }
}
