import ConsoleProtocol

/// What several cards have in common.
struct Lesson {
  /// One card, read by every format that the controller knows.
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

  mutating func take(_ bitText: String, _ reading: LiveNote.Reading, of reader: String) -> Seen {
    let names = reading.fitting.map(\.format)
    fitting = cards == 0 ? names : fitting.filter { names.contains($0) }
    cards += 1
    readers.insert(reader)
    return Seen(
      bits: bitText.utf8.count, bitText: bitText, candidates: reading.fitting,
      unfitting: reading.unfitting, swapped: reading.swapped)
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
