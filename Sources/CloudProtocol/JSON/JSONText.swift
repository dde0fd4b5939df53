/// Writes JSON in the form of ``JSONCoding``: sorted members, no white space, slashes not escaped.
package struct JSONText {
  package private(set) var bytes: [UInt8] = []
  /// True after the begin of an object or an array: no comma comes next.
  private var isFirst = true

  package init(capacity: Int) { bytes.reserveCapacity(capacity) }

  /// `{`, the members and `}`. Members are written in the order of their names.
  package mutating func object(_ members: (inout JSONText) -> Void) {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
    members(&self)
    bytes.append(UInt8(ascii: "}"))
    isFirst = false
  }

  package mutating func array<Item>(_ items: [Item], _ write: (inout JSONText, Item) -> Void) {
    bytes.append(UInt8(ascii: "["))
    isFirst = true
    for item in items {
      comma()
      write(&self, item)
    }
    bytes.append(UInt8(ascii: "]"))
    isFirst = false
  }

  /// The name of a member; its value follows. `name` needs no escapes.
  package mutating func name(_ name: StaticString) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  package mutating func name(_ name: String) {
    comma()
    string(name)
    bytes.append(UInt8(ascii: ":"))
  }

  package mutating func member(_ name: StaticString, _ value: String) {
    self.name(name)
    string(value)
  }

  /// Writes nothing for nil.
  package mutating func member(_ name: StaticString, _ value: String?) {
    if let value { member(name, value) }
  }

  package mutating func member(_ name: StaticString, _ value: some FixedWidthInteger) {
    self.name(name)
    bytes.append(contentsOf: String(value).utf8)
  }

  package mutating func member(_ name: StaticString, _ value: Bool) {
    self.name(name)
    bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
  }

  /// A value that is JSON as it stands: a number, `true`, `null`.
  package mutating func literal(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func comma() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
  }

  /// RFC 8259, section 7: only what must be escaped is.
  package mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x08: bytes.append(contentsOf: "\\b".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0C: bytes.append(contentsOf: "\\f".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: [byte >> 4, byte & 0xF].map(Self.hexDigit))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// At least as many bytes as ``string(_:)`` writes.
  static func bytesBound(of text: String) -> Int {
    var bytes = 2
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: bytes += 2
      case 0..<0x20: bytes += 6
      default: bytes += 1
      }
    }
    return bytes
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
