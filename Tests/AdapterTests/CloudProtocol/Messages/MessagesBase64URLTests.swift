import CloudProtocol
import Foundation
import Testing

@Suite("Base64url is read in one form only (D4)")
struct MessagesBase64URLTests {
  @Test(
    "the vectors of RFC 4648 section 10, without padding",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
      ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
  func vectors(_ plain: String, _ text: String) throws {
    #expect(Data(plain.utf8).base64URL == text)
    #expect(Data(base64URL: text) == Data(plain.utf8))
  }

  @Test("the two characters of the URL alphabet")
  func alphabet() {
    #expect(Data([0xFB, 0xFF, 0xBF]).base64URL == "-_-_")
    #expect(Data(base64URL: "-_-_") == Data([0xFB, 0xFF, 0xBF]))
  }

  @Test(
    "padding, the other alphabet, spaces, a lone character and left-over bits are refused",
    arguments: [
      "Zg==", "Zg=", "Zm8=", "+/+/", "Zm 8", "Zm8\n", "\u{E9}AAA", "A", "AAAAA", "Zh", "Zm9", "Zn",
      "=", "Zm9v=",
    ])
  func refused(_ text: String) {
    #expect(Data(base64URL: text) == nil)
  }

  @Test("every length up to 200 comes back, as Foundation reads it too")
  func lengths() throws {
    var generator = ProtocolTestGenerator(seed: 3)
    for length in 0...200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Data(bytes).base64URL
      #expect(Data(base64URL: text) == Data(bytes))
      let plain = text.replacingOccurrences(of: "-", with: "+")
        .replacingOccurrences(of: "_", with: "/")
      let padded = plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)
      #expect(Data(base64Encoded: padded) == Data(bytes))
    }
  }
}
