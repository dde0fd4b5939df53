import Crypto
public import OSDPCodec

/// The check of cards with a public key, by swift-crypto.
public enum PKOCVerifier {
  /// The credential that the card is, once it has proved its key: `pkoc:` and the SHA-256 digest of the
  /// uncompressed key in hexadecimal digits. Nil when the signature is not of this key over this challenge,
  /// or the key is no point of the curve.
  public static func canonical(of proof: PKOCProof) -> String? {
    do {
      let key = try P256.Signing.PublicKey(x963Representation: proof.publicKey)
      let signature = try P256.Signing.ECDSASignature(rawRepresentation: proof.signature)
      guard key.isValidSignature(signature, for: proof.challenge) else { return nil }
    } catch {
      return nil
    }
    return "pkoc:" + SHA256.hash(data: proof.publicKey).map(hexadecimal).joined()
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
