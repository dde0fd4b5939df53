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

  @Test(
    "B12: ids of persons and credentials are other people's: any text but control characters",
    arguments: [
      "ada.b+gym@example.org", "{6F9619FF-8B86-D011-B42D-00C04FC964FF}", "Zoë Brontë", "O'Neil",
      String(repeating: "a", count: 120), "山田 太郎", "a/b:c;d,e|f%20", " ", "..", "\"quoted\"",
      "👩🏽‍🚀", String(repeating: "é", count: 256),
    ])
  func opaque(_ text: String) {
    #expect(PersonID(text)?.rawValue == text && CredentialID(text)?.rawValue == text)
  }

  @Test(
    "B12: what would break a line or a screen is no id",
    arguments: [
      "", "a\u{0}", "a\nb", "\t", "\u{7F}", "a\u{85}b", "\u{9B}31m", "a\u{2028}b", "a\u{2029}",
    ])
  func notOpaque(_ text: String) {
    #expect(PersonID(text) == nil && CredentialID(text) == nil)
  }

  @Test("B12: an opaque id has up to 512 bytes of UTF-8, and the grammar says so")
  func opaqueLength() {
    #expect(PersonID(String(repeating: "é", count: OpaqueText.idBytesMax / 2)) != nil)
    #expect(PersonID(String(repeating: "é", count: OpaqueText.idBytesMax / 2) + "a") == nil)
    #expect(PersonID.grammar == "1 to 512 bytes of UTF-8 without control characters")
  }

  @Test("a dot is good in the id of a controller that has one, and in no new one")
  func newControllers() throws {
    #expect(try #require(ControllerID("a.b")).isGoodForNew == false)
    #expect(try #require(ControllerID("a-b")).isGoodForNew)
  }

  @Test("B12: ids are compared byte for byte: two spellings of one letter are two ids")
  func bytes() throws {
    let composed = try #require(PersonID("zo\u{EB}"))
    let decomposed = try #require(PersonID("zoe\u{308}"))
    #expect(composed.rawValue == decomposed.rawValue)
    #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
    #expect((composed < decomposed) != (decomposed < composed))
    #expect(decomposed < composed)
  }

  @Test("B12: words of a rule are compared byte for byte too")
  func words() throws {
    let id = try #require(PersonID("ada"))
    let person = Person(id: id, accessEnabled: true, memberType: "\u{E9}", tags: ["\u{E9}"])
    for (word, fits) in [("\u{E9}", true), ("e\u{301}", false)] {
      #expect((MemberRule(name: "r", memberTypes: [word]).mismatch(of: person) == nil) == fits)
      #expect((MemberRule(name: "r", anyTags: [word]).mismatch(of: person) == nil) == fits)
      #expect((MemberRule(name: "r", allTags: [word]).mismatch(of: person) == nil) == fits)
      #expect((MemberRule(name: "r", noneOfTags: [word]).mismatch(of: person) != nil) == fits)
    }
  }
}
