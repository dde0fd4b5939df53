import Foundation
import SwiftASN1

/// Textual encoding of keys and certificates, RFC 7468.
///
/// SwiftASN1 writes it, but its reader refuses the whole file for one block that is damaged or has
/// lines of other than 64 characters, which OpenSSL accepts.
enum PEM {
  /// The bytes of each block of this label; a block that cannot be decoded is left out.
  static func blocks(of label: String, in text: String) -> [[UInt8]] {
    var blocks: [[UInt8]] = []
    var body: String?
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("-----BEGIN \(label)-----") {
        body = ""
      } else if line.hasPrefix("-----END \(label)-----") {
        if let bytes = body.flatMap({ Data(base64Encoded: $0) }) { blocks.append(Array(bytes)) }
        body = nil
      } else if !line.contains("-----") {
        body? += line.filter { !$0.isWhitespace }
      }
    }
    return blocks
  }

  /// The blocks of this label alone, and nothing else of a text.
  static func text(ofBlocks label: String, in text: String) -> String {
    blocks(of: label, in: text).map { Self.text(PEMDocument(type: label, derBytes: $0)) }.joined()
  }

  /// One block, in lines of 64 characters.
  static func text(_ document: PEMDocument) -> String { document.pemString + "\n" }
}
