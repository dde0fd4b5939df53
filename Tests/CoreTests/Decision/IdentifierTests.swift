import DoorRules
import Testing

@Suite("D5: what may be a name")
struct IdentifierTests {
  @Test("of all characters to U+0400 only A-Z a-z 0-9 . _ - make an identifier, at any place")
  func characters() {
    let allowed = Set(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-".unicodeScalars)
    for scalar in (0...0x400).compactMap(Unicode.Scalar.init(_:) as (Int) -> Unicode.Scalar?) {
      let isAllowed = allowed.contains(scalar)
      for text in ["\(scalar)", "a\(scalar)", "\(scalar)a"] {
        #expect(DoorID(text)?.rawValue == (isAllowed ? text : nil))
      }
    }
  }

  @Test("the length is 1 to 64, and the grammar in messages says so")
  func length() {
    for count in 0...70 {
      let text = String(repeating: "x", count: count)
      #expect((DoorID(text) != nil) == (1...64).contains(count))
    }
    #expect(DoorID.grammar.hasPrefix("1 to \(DoorID.maximumLength) characters"))
  }
}
