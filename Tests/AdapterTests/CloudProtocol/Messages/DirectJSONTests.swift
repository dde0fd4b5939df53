import Foundation
import Testing

@testable import CloudProtocol

@Suite("Events write their own JSON (D1, D3)")
struct DirectJSONTests {
  private static let texts = [
    "", "front", "\"quoted\" and \\ back", "a/b", "tab\tline\nreturn\rbell\u{07}\u{08}\u{0C}",
    "\u{00}\u{1F}\u{7F}\u{80}", "Tür – 東京 🚪", "e\u{301}", "\u{2028}\u{2029}", "\u{FFFF}",
  ]
  private static let names = [
    "a", "B", "b10", "b9", "b_1", "aa", "A", "é", "z", "ß", "\u{1F6AA}", "\u{FFFD}", "", "from",
  ]

  private static func draft(_ random: inout ProtocolTestGenerator) -> EventDraft {
    func text() -> String { texts.randomElement(using: &random) ?? "" }
    func some() -> String? { Bool.random(using: &random) ? text() : nil }
    var draft = EventDraft(
      id: text(), type: text(), timeMilliseconds: Int64.random(in: .min ... .max, using: &random),
      clockTrust: text(), simulated: Bool.random(using: &random), door: some(), reader: some(),
      person: some(), credential: some(), reason: some(),
      checkInCandidate: Bool.random(using: &random))
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      draft.detail[names.randomElement(using: &random) ?? ""] = text()
    }
    return draft
  }

  @Test("byte for byte what the general encoder gives, for any text, name and number")
  func same() throws {
    var random = ProtocolTestGenerator(seed: 41)
    for _ in 0..<2_000 {
      let events = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        CloudEvent(
          controller: Self.texts.randomElement(using: &random) ?? "",
          number: UInt64.random(in: 0 ... .max, using: &random), draft: Self.draft(&random),
          chain: Bool.random(using: &random) ? [1, 2, 250] : nil,
          historical: [true, false, nil].randomElement(using: &random) ?? nil)
      }
      let batch = EventBatch(
        controller: "gate", epoch: "e", events: events,
        acknowledged: Bool.random(using: &random) ? .max : nil,
        droppedThrough: Bool.random(using: &random) ? 7 : nil)
      let expected = try JSONCoding.encoder().encode(batch)
      let written = try JSONCoding.encode(batch)
      #expect(
        written == Array(expected),
        "\(String(decoding: written, as: UTF8.self)) \(String(decoding: expected, as: UTF8.self))")
      for event in events {
        #expect(try JSONCoding.encode(event) == Array(JSONCoding.encoder().encode(event)))
        #expect(try JSONCoding.encode(event.data) == Array(JSONCoding.encoder().encode(event.data)))
      }
      // And it comes back as what it was.
      #expect(try JSONCoding.decode(EventBatch.self, from: written) == batch)
    }
  }
}
