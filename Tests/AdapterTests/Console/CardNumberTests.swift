import CloudProtocol
import ConsoleProtocol
import Foundation
import Testing

@Suite("C1: a card's number is text in JSON, exact to the last bit")
struct CardNumberTests {
  private func read(_ json: String) -> UInt64? {
    try? JSONDecoder().decode([CardNumber].self, from: Data("[\(json)]".utf8)).first?.value
  }

  @Test("64 bits are written as text and read back")
  func whole() throws {
    for value in [0, 345, 1 << 53, 0x04A1_B2C3_D4E5_F6F7, UInt64.max] {
      let json = String(decoding: try JSONCoding.encode([CardNumber(value)]), as: UTF8.self)
      #expect(json == "[\"\(value)\"]")
      #expect(read("\"\(value)\"") == value)
    }
  }

  @Test("a JSON number is read up to 2^53, and refused above, where others round it")
  func numbers() {
    #expect(read("345") == 345 && read("0") == 0)
    #expect(read("9007199254740992") == CardNumber.jsonNumberMax)
    #expect(read("9007199254740993") == nil && read("18446744073709551615") == nil)
  }

  @Test(
    "what is no number of up to 64 bits is refused",
    arguments: [
      "\"\"", "\"-1\"", "\"+1\"", "\"1.0\"", "\"1e3\"", "\"0x10\"", "\" 1\"",
      "\"18446744073709551616\"", "-1", "1.5", "null", "true", "[]",
    ])
  func refused(_ json: String) { #expect(read(json) == nil) }

  @Test("the panel takes both, and a live note writes text")
  func messages() throws {
    let timing =
      #"{"widthMicroseconds":100,"spacingMicroseconds":2000,"betweenKeysMilliseconds":120}"#
    for (facility, card) in [("12", "345"), ("\"12\"", "\"345\"")] {
      let json =
        #"{"badge":{"format":"H10301","facility":\#(facility),"card":\#(card),"timing":\#(timing)}}"#
      let action = try JSONDecoder().decode(PanelAction.self, from: Data(json.utf8))
      #expect(
        action
          == .badge(
            reader: nil, format: "H10301", facility: CardNumber(12), card: CardNumber(345),
            timing: PulseTiming()))
    }
    var note = LiveNote(number: 1, microseconds: 2, kind: .frame)
    note.candidates = [
      LiveNote.Candidate(format: "uid64", facility: nil, card: CardNumber(.max))
    ]
    let text = String(decoding: try JSONCoding.encode(note), as: UTF8.self)
    #expect(text.contains(#""card":"18446744073709551615""#))
    #expect(try JSONDecoder().decode(LiveNote.self, from: Data(text.utf8)) == note)
  }
}
