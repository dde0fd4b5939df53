import CloudProtocol
import Foundation
package import HummingbirdCore
import HummingbirdTLS
import NIOSSL

/// The certificate of an HTTP server: PEM files, as people may have saved them.
package struct ServerCertificate {
  private let certificateFile: String
  private let keyFile: String

  /// Nil unless both files are named.
  package init?(certificateFile: String?, keyFile: String?) {
    guard let certificateFile, let keyFile else { return nil }
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }

  /// The same server with TLS. Throws ``ServerFileProblem`` for a file that cannot be read or used.
  package func secured(_ http: HTTPServerBuilder) throws -> HTTPServerBuilder {
    let (chainText, keyText) = (try Self.pem(certificateFile), try Self.pem(keyFile))
    guard let chain = try? NIOSSLCertificate.fromPEMBytes(chainText), !chain.isEmpty else {
      throw ServerFileProblem(description: "\(certificateFile) has no certificate, PEM")
    }
    guard let key = try? NIOSSLPrivateKey(bytes: keyText, format: .pem) else {
      throw ServerFileProblem(description: "\(keyFile) has no private key, PEM")
    }
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    tls.minimumTLSVersion = .tlsv12
    do { return try .tls(http, tlsConfiguration: tls) } catch {
      throw ServerFileProblem(description: "\(keyFile) is not the key of \(certificateFile)")
    }
  }

  private static func pem(_ path: String) throws(ServerFileProblem) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ServerFileProblem(description: "\(path) cannot be read")
    }
    do throws(WrittenTextProblem) {
      return try WrittenText.normalise(Array(data), lines: .doNotMatter)
    } catch {
      throw ServerFileProblem(description: "\(path): \(error)")
    }
  }
}

/// A file of a server that cannot be used, and why.
package struct ServerFileProblem: Error, CustomStringConvertible {
  package let description: String
}
