import ArgumentParser
import ConsoleProtocol
import Foundation
import WiegandCodec

/// Which format do these cards have?
struct LearnCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Hold up cards: which formats fit, with a line to paste into the settings.",
    discussion: """
      Compare the numbers with those printed on the card. With several cards, formats
      that do not fit all of them fall out.

      Example: postern learn --reader front-in --cards 3
      Exit status 1 when no known format fits.
      """)

  @OptionGroup var console: ConsoleOptions
  @Option(help: "Only this reader.") var reader: String?
  @Option(help: "How many cards, 1 to 20.") var cards = 1

  func validate() throws {
    guard (1...20).contains(cards) else { throw ValidationError("--cards is 1 to 20") }
  }

  func run() async throws {
    if !console.json { Output.line("Hold up \(cards == 1 ? "a card" : "\(cards) cards").") }
    var lesson = Lesson()
    do {
      try await console.client.lines(LivePath.of(edges: false, keys: false)) { line in
        let note = try JSONDecoder().decode(LiveNote.self, from: line)
        guard reader == nil || note.reader == reader, let bits = note.bitText else { return }
        let seen = lesson.take(bits.map { $0 == "1" }, of: note.reader ?? "?")
        if console.json { try Output.json(seen) } else { Output.line(seen.text) }
        if lesson.cards >= cards { throw EnoughSeen() }
      }
    } catch is EnoughSeen {
      // All cards were seen.
    }
    if !console.json { Output.line(lesson.advice) }
    if lesson.fitting.isEmpty { throw ExitCode(1) }
  }
}

/// What several cards have in common.
struct Lesson {
  /// One card as every known format reads it.
  struct Seen: Encodable {
    var bits: Int
    var bitText: String
    var candidates: [LiveNote.Candidate]
    /// Formats of this length whose check bits do not fit.
    var unfitting: [String]
    /// The bits fit only with every one turned: the data lines are swapped.
    var swapped: Bool

    var text: String {
      var lines = ["\(bits) bits  \(bitText)"]
      lines += candidates.map {
        "  \($0.format): \($0.facility.map { "facility \($0), " } ?? "")card \($0.card)"
      }
      if !unfitting.isEmpty {
        lines.append("  check bits do not fit: \(unfitting.joined(separator: ", "))")
      }
      if swapped { lines.append("  fits only turned round: exchange data0 and data1") }
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
        No known format fits every card. `postern dry-run wiegand` tries one of your own; a format
        is added under `formats` in the settings.
        """
    }
    let names = fitting.joined(separator: ", ")
    let lines = readers.sorted().map { "  \($0):\n    formats: [\(names)]" }
    return
      (["Paste into the settings, keeping only the format whose numbers are on the card:"]
      + ["reader:"] + lines).joined(separator: "\n")
  }
}
