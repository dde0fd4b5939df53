import ConsoleProtocol
import WiegandCodec

/// What several cards have in common.
struct Lesson {
  /// One card, read by every known format.
  struct Seen: Encodable {
    var bits: Int
    var bitText: String
    var candidates: [LiveNote.Candidate]
    /// Formats of this length whose check bits do not fit.
    var unfitting: [String]
    /// The bits fit only with every one inverted: the data lines are swapped.
    var swapped: Bool

    var text: String {
      var lines = ["\(bits) bits  \(bitText)"]
      lines += candidates.map {
        "  \($0.format): \($0.facility.map { "facility \($0), " } ?? "")card \($0.card)"
      }
      if !unfitting.isEmpty {
        lines.append("  check bits do not fit: \(unfitting.joined(separator: ", "))")
      }
      if swapped { lines.append("  fits only with every bit inverted: exchange data0 and data1") }
      if candidates.isEmpty, unfitting.isEmpty { lines.append("  no known format has this length") }
      return lines.joined(separator: "\n")
    }
  }

  private(set) var cards = 0
  /// Formats that fit every card so far, in the order of the table.
  private(set) var fitting: [String] = []
  private var readers: Set<String> = []

  mutating func take(_ bits: [Bool], of reader: String) -> Seen {
    let table = FormatTable.standard
    let found = table.candidates(for: bits)
    let names = found.map(\.format)
    fitting = cards == 0 ? names : fitting.filter { names.contains($0) }
    cards += 1
    readers.insert(reader)
    let ofLength = table.formats.filter { $0.bitCount == bits.count }.map(\.name)
    return Seen(
      bits: bits.count, bitText: String(bits.map { $0 ? "1" : "0" }),
      candidates: found.map { .init(format: $0.format, facility: $0.facility, card: $0.card) },
      unfitting: ofLength.filter { !names.contains($0) },
      swapped: found.isEmpty && !table.candidates(for: bits.map { !$0 }).isEmpty)
  }

  var advice: String {
    guard !fitting.isEmpty else {
      return """
        No known format fits every card. Describe one of your own under `formats` in the settings;
        `postern dry-run wiegand` tries it.
        """
    }
    let names = fitting.joined(separator: ", ")
    let lines = readers.sorted().map { "  \($0):\n    formats: [\(names)]" }
    return
      (["Paste into the settings, keeping only the format whose numbers are on the card:"]
      + ["reader:"] + lines).joined(separator: "\n")
  }
}
