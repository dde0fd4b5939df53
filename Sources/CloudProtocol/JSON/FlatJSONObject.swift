/// Reads a JSON object whose members are all plain strings, and keeps every member, including
/// repeated ones. A general decoder hides repeated members, and two readers that pick different
/// ones can be played against each other.
enum FlatJSONObject {
  struct Member: Equatable {
    var name: String
    var value: String
  }

  /// Nil for anything else: nested values, numbers, escapes, bytes outside printable ASCII.
  static func parse(_ json: [UInt8]) -> [Member]? {
    var scanner = Scanner(rest: json[...])
    guard scanner.take("{") else { return nil }
    var members: [Member] = []
    if !scanner.take("}") {
      repeat {
        guard let name = scanner.string(), scanner.take(":"), let value = scanner.string()
        else { return nil }
        members.append(Member(name: name, value: value))
      } while scanner.take(",")
      guard scanner.take("}") else { return nil }
    }
    return scanner.isAtEnd ? members : nil
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    private mutating func skipSpace() {
      rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return rest.isEmpty
      }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard rest.first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    mutating func string() -> String? {
      guard take("\""), let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
      let content = rest[..<end]
      guard content.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
      else { return nil }
      rest = rest[(end + 1)...]
      return String(decoding: content, as: UTF8.self)
    }
  }
}
