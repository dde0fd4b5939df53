import Foundation

/// Textual encoding of keys and certificates, RFC 7468.
enum PEM {
  /// The bytes of each block of this label; what cannot be decoded is left out.
  static func blocks(of label: String, in text: String) -> [[UInt8]] {
    var blocks: [[UInt8]] = []
    var body: String?
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("-----BEGIN \(label)-----") {
        body = ""
      } else if line.hasPrefix("-----END \(label)-----") {
        if let bytes = body.flatMap(bytes(ofBase64:)) { blocks.append(bytes) }
        body = nil
      } else if !line.contains("-----") {
        body? += line.filter { !$0.isWhitespace }
      }
    }
    return blocks
  }

  /// One block, in lines of 64 characters.
  static func text(_ label: String, _ bytes: [UInt8]) -> String {
    let text = Array(Data(bytes).base64EncodedString())
    let lines = stride(from: 0, to: text.count, by: 64).map { start in
      String(text[start..<min(start + 64, text.count)])
    }
    return (["-----BEGIN \(label)-----"] + lines + ["-----END \(label)-----", ""])
      .joined(separator: "\n")
  }

  /// Base64 with padding, RFC 4648 section 4.
  private static func bytes(ofBase64 text: String) -> [UInt8]? {
    let url = text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" }
    return Base64URL.decode(String(url).utf8)
  }
}
