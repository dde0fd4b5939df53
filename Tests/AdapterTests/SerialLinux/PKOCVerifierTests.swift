import Crypto
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import OSDPCodec
import OSDPLine
import SerialLinux
import Testing

@Suite("The signature of a card with a public key (A13)")
struct PKOCVerifierTests {
  private static func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).compactMap { start in
      let from = hex.index(hex.startIndex, offsetBy: start)
      return UInt8(hex[from..<hex.index(from, offsetBy: 2)], radix: 16)
    }
  }

  private static let key = bytes(
    "040ec5d87dc39d14a2c5480686da860c82b16be0b6903b525f84848b79fd463e32bbda1f0252c33503c528"
      + "7035e6eac55d138d0650dcfb5281d59a9cf4124d2831")

  /// Examples that others published: openpkoc's of the card specification, and one of its own tests.
  private static let published = [
    (
      "6fcf5012b224043b09350a4fc5e56a8f",
      "b98613070c78010b04ed306d143f94ee6dc4eca2585b621405731fb3a53cd877"
        + "a21685de18435da7cbcc38f1d926300a454efee3594cec5effe28c7feac03d7d"
    ),
    (
      "17171717171717171717171717171717",
      "3ba05754a67481c4bc3b36e991117e36fc97eb36a4ea005b153d7ee806c66a4c"
        + "d48cb654360b7fee2478daf5829526143fc13178f6af62af2198214ea9a04ddc"
    ),
  ]

  @Test("published examples hold, and the credential is the key's digest", arguments: published)
  func examples(challenge: String, signature: String) {
    let proof = PKOCProof(
      challenge: Self.bytes(challenge), publicKey: Self.key, signature: Self.bytes(signature))
    #expect(
      PKOCVerifier.canonical(of: proof)
        == "pkoc:" + SHA256.hash(data: Self.key).map { String(format: "%02x", $0) }.joined())
  }

  @Test("with any bit of challenge, key or signature changed nothing is proved")
  func changed() {
    let (challenge, signature) = (
      Self.bytes(Self.published[0].0), Self.bytes(Self.published[0].1)
    )
    func isProved(_ challenge: [UInt8], _ key: [UInt8], _ signature: [UInt8]) -> Bool {
      PKOCVerifier.canonical(
        of: PKOCProof(challenge: challenge, publicKey: key, signature: signature)) != nil
    }
    func flipped(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
      var bytes = bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      return bytes
    }
    #expect(isProved(challenge, Self.key, signature))
    for bit in 0..<(16 * 8) {
      #expect(!isProved(flipped(challenge, bit), Self.key, signature))
    }
    for bit in stride(from: 0, to: 64 * 8, by: 7) {
      #expect(!isProved(challenge, Self.key, flipped(signature, bit)))
      #expect(!isProved(challenge, flipped(Self.key, bit), signature))
    }
    #expect(!isProved([], Self.key, signature))
    #expect(!isProved(challenge, Self.key, [UInt8](repeating: 0, count: 64)))
    #expect(!isProved(challenge, [4] + [UInt8](repeating: 0, count: 64), signature))
  }

  @Test("another card that signs for this key is refused")
  func otherKey() throws {
    let other = P256.Signing.PrivateKey()
    let challenge = [UInt8](repeating: 9, count: 16)
    let signature = Array(try other.signature(for: challenge).rawRepresentation)
    let own = Array(other.publicKey.x963Representation)
    #expect(
      PKOCVerifier.canonical(of: .init(challenge: challenge, publicKey: own, signature: signature))
        != nil)
    #expect(
      PKOCVerifier.canonical(
        of: .init(challenge: challenge, publicKey: Self.key, signature: signature)) == nil)
  }

  @Test("what is not proved is a card that cannot be read, with its reason")
  func told() throws {
    let reader = try #require(ReaderID("front-in"))
    let at = MonotonicInstant(nanoseconds: 1)
    for failure in PKOCFailure.allCases {
      let reports = BusReport.of(.notProved(failure), reader: reader, at: at)
      guard case .delivered(reader, .malformed(let frame))? = reports.first else {
        Issue.record("\(failure) is not told")
        continue
      }
      #expect(frame.fault == .unproved && frame.detail == failure.words)
    }
  }
}
