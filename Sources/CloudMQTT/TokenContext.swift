import CTokenTLS
import DoorPorts
import DoorRules

/// A context of OpenSSL with a certificate and a private key that stays in a token.
final class TokenContext {
  /// An `SSL_CTX`, until this object goes.
  let pointer: UnsafeMutableRawPointer

  /// The most bytes of OpenSSL's own words about a failure.
  private static let detailBytesMax = 256

  /// `identity` is a PKCS#11 URI (RFC 7512). Throws `unavailable`, and names what to do; no error
  /// has the URI, because it may hold the PIN.
  init(identity: Secret<String>, certificateFile: String) throws(PortError) {
    var made: UnsafeMutableRawPointer?
    var words = [CChar](repeating: 0, count: Self.detailBytesMax)
    let failure = postern_token_context(
      identity.reveal(), certificateFile, &made, &words, words.count)
    if let made {
      pointer = made
      return
    }
    let said = String(
      decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    throw PortError(
      .unavailable, operation: "open the token of cloud.tls.identity",
      detail: Self.advice(failure, certificateFile) + (said.isEmpty ? "" : " (\(said))"))
  }

  deinit { postern_token_free(pointer) }

  private static func advice(_ failure: postern_token_failure, _ file: String) -> String {
    switch failure {
    case POSTERN_TOKEN_NO_ENGINE:
      "OpenSSL has no engine pkcs11: apt-get install libengine-pkcs11-openssl"
    case POSTERN_TOKEN_NO_KEY:
      "no key is there, or the PIN is wrong; look with pkcs11-tool --list-objects"
    case POSTERN_TOKEN_CERTIFICATE: "\(file) has no certificate of the token's key"
    default: "there is no memory for it"
    }
  }
}
