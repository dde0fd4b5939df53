/// The numbers and words of JSON, by its grammar.
enum JSONWord {
  /// True for `true`, `false`, `null`, and a number. One that is too large is a number as well: it spoils
  /// the record that it stands in, and no other.
  static func isOne(_ text: ArraySlice<UInt8>) -> Bool {
    switch text.first {
    case UInt8(ascii: "t"): text.elementsEqual("true".utf8)
    case UInt8(ascii: "f"): text.elementsEqual("false".utf8)
    case UInt8(ascii: "n"): text.elementsEqual("null".utf8)
    default: isNumber(text)
    }
  }

  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func isDigit(_ byte: UInt8?) -> Bool {
      byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true
    }
    /// False where there is none.
    func skipDigits() -> Bool {
      guard isDigit(rest.first) else { return false }
      rest = rest.drop { isDigit($0) }
      return true
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    if rest.first == UInt8(ascii: "0") {
      rest = rest.dropFirst()
    } else if !skipDigits() {
      return false
    }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard skipDigits() else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
      guard skipDigits() else { return false }
    }
    return rest.isEmpty
  }
}
