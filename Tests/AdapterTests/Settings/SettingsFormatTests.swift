import Foundation
import Settings
import Testing
import WiegandCodec

@Suite("A1: card formats of the operator's own, by configuration")
struct SettingsFormatTests {
  private static let whole = """
    formats: [Gym40, Turned26]
    format:
      Gym40:
        bits: 40
        facility: 2-9
        card: 10-38
        issue: 1
        parity: [0 even 1-19, 39 odd 20-38]
      Turned26:
        bits: 26
        card: 24-1
        fixed: [0=1, 25=0]

    """

  @Test("length, fields, check bits, fixed bits and bit order are read")
  func whole() async throws {
    let settings = try await SettingsFixture().load(SettingsFixture.least + Self.whole)
    let gym = try #require(settings.formats.format(named: "Gym40"))
    #expect(gym.bitCount == 40)
    #expect(gym.facility == Array(2...9))
    #expect(gym.issue == [1])
    #expect(gym.parities.map(\.bit) == [0, 39])
    #expect(gym.parities.map(\.isOdd) == [false, true])
    #expect(gym.parities.first?.covers == Array(1...19))
    let turned = try #require(settings.formats.format(named: "Turned26"))
    #expect(turned.card == Array((1...24).reversed()))
    let bits = try settings.formats.encode(format: "Turned26", facility: nil, card: 1)
    #expect(bits[1] && !bits[24] && bits[0] && !bits[25])
    // Nobody gets them without naming them.
    #expect(settings.readers.allSatisfy { $0.formats == .default })
  }

  /// Serial numbers as readers send them: length, where the number is, and check bits.
  static let serials: [(bits: Int, first: Int, bytes: Int, parity: String)] = [
    (32, 0, 4, ""), (34, 1, 4, ", parity: [0 even 1-16, 33 odd 17-32]"), (56, 0, 7, ""),
    (58, 1, 7, ", parity: [0 even 1-28, 57 odd 29-56]"), (64, 0, 8, ""),
    (66, 1, 8, ", parity: [0 even 1-32, 65 odd 33-64]"), (256, 0, 8, ""),
  ]

  @Test("C2: serial numbers of 32 to 66 bits, and longer frames, in either byte order")
  func serialNumbers() async throws {
    for (bits, first, count, parity) in Self.serials {
      let starts = (0..<count).map { first + $0 * 8 }
      func places(_ starts: [Int]) -> String {
        starts.map { "\($0)-\($0 + 7)" }.joined(separator: ", ")
      }
      let text = """
        formats: [straight, turned]
        format:
          straight: {bits: \(bits), card: "\(places(starts))"\(parity)}
          turned: {bits: \(bits), card: "\(places(starts.reversed()))"\(parity)}

        """
      let table = try await SettingsFixture().load(SettingsFixture.least + text).formats
      let bytes = (0..<count).map { UInt64(0xA1 + $0 * 0x0B) }
      let number = bytes.reduce(0) { $0 << 8 | $1 }
      let turned = bytes.reversed().reduce(0) { $0 << 8 | $1 }
      let frame = try table.encode(format: "straight", facility: nil, card: number)
      #expect(frame.count == bits)
      #expect(try table.encode(format: "turned", facility: nil, card: turned) == frame)
      let found = table.candidates(for: frame)
      #expect(found.first { $0.format == "straight" }?.card == number, "\(bits) bits")
      #expect(found.first { $0.format == "turned" }?.card == turned, "\(bits) bits")
    }
  }

  @Test(
    "what makes no format is refused by its path",
    arguments: [
      ("bits: 40", "bits: 400", "format.Gym40.bits"),
      ("card: 10-38", "card: 10-39", "format.Gym40"),
      ("card: 10-38", "card: ten", "format.Gym40.card"),
      ("0 even 1-19", "0 some 1-19", "format.Gym40.parity"),
      ("0=1", "0:1", "format.Turned26.fixed"),
      ("formats: [Gym40, ", "formats: [H10301, ", "formats"),
      ("formats: [Gym40, ", "formats: [", "format.Gym40"),
    ])
  func refused(_ good: String, _ bad: String, _ path: String) async throws {
    let text = SettingsFixture.least + Self.whole.replacingOccurrences(of: good, with: bad)
    let failure = await #expect(throws: SettingsFailure.self) {
      try await SettingsFixture().load(text)
    }
    #expect(failure?.problems.contains { $0.path.hasPrefix(path) } == true, "\(failure as Any)")
  }
}
