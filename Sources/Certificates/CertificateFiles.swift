import CloudProtocol
import Crypto
public import DoorPorts
public import DoorRules
import Foundation

/// Certificates in PEM files, by a name for each.
public struct CertificateFiles: CertificateSource {
  private let paths: [String: String]

  /// Names without blanks, such as `broker.client`.
  public init(paths: [String: String]) { self.paths = paths }

  /// What cannot be read is left out: TLS says why when it needs it.
  public func read() -> [(name: String, life: Range<WallInstant>)] {
    paths.sorted { $0.key < $1.key }.compactMap { name, path in
      guard let text = Self.text(ofFile: path), let life = CertificateEnd.earliestLife(ofPEM: text)
      else { return nil }
      return (name, life)
    }
  }

  /// The text of a file of certificates; nil when it cannot be read.
  public static func text(ofFile path: String) -> String? {
    bytes(ofFile: path).flatMap { try? WrittenText.decode($0, lines: .doNotMatter) }
  }

  /// SHA-256 of the file in hexadecimal digits; nil when it cannot be read.
  public static func digest(ofFile path: String) -> String? {
    bytes(ofFile: path).map { Hex.encode(SHA256.hash(data: $0)) }
  }

  private static func bytes(ofFile path: String) -> Data? {
    FileManager.default.contents(atPath: path).flatMap {
      $0.count <= CertificateEnd.fileBytesMax ? $0 : nil
    }
  }
}
