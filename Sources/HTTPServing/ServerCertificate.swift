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

  /// The same server with TLS. Throws ``ServerFileProblem`` for a file that cannot be read, and what
  /// the TLS library says of its content.
  package func secured(_ http: HTTPServerBuilder) throws -> HTTPServerBuilder {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Self.pem(certificateFile)).map {
        .certificate($0)
      },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: try Self.pem(keyFile), format: .pem)))
    tls.minimumTLSVersion = .tlsv12
    return try .tls(http, tlsConfiguration: tls)
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
