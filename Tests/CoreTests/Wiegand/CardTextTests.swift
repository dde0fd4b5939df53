import DoorRules
import Testing

@testable import WiegandCodec

@Suite("C4: the texts under which one card may be stored")
struct CardTextTests {
  private func texts(_ canonical: String, issue: UInt64? = nil, in formats: FormatTable = .standard)
    -> Set<String>
  {
    Set(
      CardText.all(of: Secret(canonical), issue: issue, in: formats).map { text in
        text.canonical.reveal() + (text.issues.map { " \($0.sorted())" } ?? "")
      })
  }

  @Test("a card has its own text, that of each format that fits its bits, and the bits")
  func cards() {
    let expected: Set = [
      "card:H10301:12:345", "card:AWID26:12:345", "card:ind26:192:345", "raw:26:0600ac8",
    ]
    for text in [
      "card:H10301:12:345", "card:AWID26:12:345", "card:ind26:192:345", "raw:26:0600ac8",
    ] {
      #expect(texts(text) == expected, "\(text)")
    }
  }

  @Test("each format that a reader reads in a frame has the other formats' texts, for any frame")
  func bothWays() {
    var random = SystemRandomNumberGenerator()
    for format in FormatTable.standard.formats where format.bitCount != 32 {
      for _ in 0..<20 {
        var bits = (0..<format.bitCount).map { _ in Bool.random(using: &random) }
        for fixed in format.fixed { bits[fixed.bit] = fixed.isOne }
        format.setParities(of: &bits)
        let read = FormatTable.standard.candidates(for: bits)
        let names = Set(read.map { $0.canonical.reveal() })
        for card in read {
          #expect(names.isSubset(of: texts(card.canonical.reveal())), "\(format.name) \(bits)")
        }
      }
    }
  }

  @Test(
    "a card of a format with an issue is found by its issue, and by any with the issue beside it")
  func issues() {
    let expected: Set = ["card:S12906:1:7:i2", "card:S12906:1:7 [2]"]
    #expect(texts("card:S12906:1:7:i2").isSuperset(of: expected))
    #expect(texts("card:S12906:1:7", issue: 2).isSuperset(of: expected))
    // Without its issue nobody knows the bits.
    #expect(texts("card:S12906:1:7") == ["card:S12906:1:7"])
    // Kantech says nothing about the bits of Kastle's issue.
    let open = texts("card:Kantech:1:7")
    for issue in 0...31 { #expect(open.contains("card:Kastle:1:7:i\(issue)")) }
    #expect(open.contains("card:Kastle:1:7 \(Array(0...31))"))
  }

  @Test("what is no card of a known format has one text")
  func others() {
    for text in [
      "pin:4711", "mobile:abc", "pkoc:00ff", "card:AWID27:1:2", "card:H10301:1:",
      "card:H10301:1:99999",
      "raw:26:0600", "raw:0:", "raw:26:zzzzzzz", "card", "",
    ] {
      #expect(texts(text) == [text])
    }
  }

  @Test(
    "a format that leaves 8 bits open is looked for with each of them; with 9 only without them")
  func openBits() throws {
    for (open, count) in [(8, 256), (9, 1)] {
      let table = FormatTable(formats: [
        try WiegandFormat(name: "own", bitCount: 16 + open, card: Array(0..<16)),
        try WiegandFormat(name: "whole", bitCount: 16 + open, card: Array(0..<16 + open)),
      ])
      let found = texts("card:own:-:7", in: table)
      #expect(found.filter { $0.hasPrefix("card:whole:") }.count == count)
    }
  }
}
