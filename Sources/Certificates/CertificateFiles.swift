import CloudProtocol
public import DoorPorts
public import DoorRules
import Foundation

/// Certificates in PEM files, by a name for each.
public struct CertificateFiles: CertificateSource {
  private let paths: [String: String]

  /// Names without blanks, such as `broker.client`.
  public init(paths: [String: String]) { self.paths = paths }

  /// What cannot be read is left out: TLS says why when it needs it.
  public func read() -> [(name: String, end: WallInstant)] {
    paths.sorted { $0.key < $1.key }.compactMap { name, path in
      guard let data = FileManager.default.contents(atPath: path),
        data.count <= CertificateEnd.fileBytesMax,
        let text = try? WrittenText.decode(data, lines: .doNotMatter),
        let end = CertificateEnd.earliest(ofPEM: text)
      else { return nil }
      return (name, end)
    }
  }
}
