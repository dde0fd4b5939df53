import CloudProtocol
import Testing

@Suite("Hexadecimal digits")
struct HexTests {
  @Test("every byte has two lower-case digits, and is read from digits of either case")
  func bytes() {
    let all = Array(UInt8.min...UInt8.max)
    let text = Hex.encode(all)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
    #expect(Hex.decode(text) == all)
    #expect(Hex.decode(text.uppercased()) == all)
    #expect(Hex.decode("") == [])
  }

  @Test(
    "an odd count and any other character are no digits",
    arguments: ["0", "000", "0g", "g0", "+1", "-1", "0x", " 0", "/0", ":0", "@0", "`0", "０0"])
  func others(text: String) {
    #expect(Hex.decode(text) == nil)
  }
}
