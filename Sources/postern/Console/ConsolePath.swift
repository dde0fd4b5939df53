/// Addresses with filters.
enum ConsolePath {
  static func of(_ path: String, _ filters: [(String, String?)]) -> String {
    let query = filters.compactMap { name, value in value.map { "\(name)=\(encoded($0))" } }
    return query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))"
  }

  /// Everything but letters, digits and `-._~` is encoded: an id may have `+`, `&` or an accent.
  private static func encoded(_ text: String) -> String {
    text.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
  }

  /// The stream of what happens at the lines.
  static func live(edges: Bool, keys: Bool) -> String {
    of("/v1/live", [("edges", edges ? "1" : nil), ("keys", keys ? "1" : nil)])
  }
}
