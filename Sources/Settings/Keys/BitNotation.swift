import WiegandCodec

/// How the bits of a card format are written in the settings.
enum BitNotation {
  /// A text that is not in the notation, and what to write.
  struct Fault: Error {
    var text: String
    var advice: String
  }

  /// Bits as `1-8`, or, with the least significant first on the wire, `8-1`; several with commas.
  /// None for nil.
  static func places(_ text: String?) throws(Fault) -> [Int] {
    guard let text else { return [] }
    var places: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        Int($0.filter { $0 != " " })
      }
      let range = 0..<WiegandLimits.frameBitsMax
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        range.contains(first), range.contains(last)
      else {
        throw Fault(text: text, advice: "write bits as 1-8, or 1-8,12; the first bit sent is 0")
      }
      places += first <= last ? Array(first...last) : Array((last...first).reversed())
    }
    return places
  }

  /// `0 even 1-12`: the check bit, its kind, and the bits that it covers.
  static func parity(_ text: String) throws(Fault) -> WiegandFormat.Parity {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3, let bit = Int(words[0]), ["even", "odd"].contains(words[1]) else {
      throw Fault(text: text, advice: "write a check bit as `0 even 1-12`")
    }
    return WiegandFormat.Parity(
      bit: bit, covers: try places(words[2]), isOdd: words[1] == "odd")
  }

  /// `1 = 1`: a bit that is the same on every card.
  static func fixedBit(_ text: String) throws(Fault) -> WiegandFormat.FixedBit {
    let parts = text.split(separator: "=").map { $0.filter { $0 != " " } }
    guard parts.count == 2, let bit = Int(parts[0]), ["0", "1"].contains(parts[1]) else {
      throw Fault(text: text, advice: "write a fixed bit as `1=0`")
    }
    return WiegandFormat.FixedBit(bit: bit, isOne: parts[1] == "1")
  }
}
