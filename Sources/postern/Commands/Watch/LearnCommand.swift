import ArgumentParser
import ConsoleProtocol
import HostLinux

/// Finds the format of cards.
struct LearnCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Find the format of cards, with a line to paste into the settings.",
    discussion: """
      Present cards, and compare the numbers with those printed on them. With several
      cards only formats that fit all of them remain. Card numbers are then shown for
      five minutes, which is recorded with your name.

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
    try await console.check(reader: reader)
    try await console.disclose()
    if !console.json { Output.line("Present \(cards == 1 ? "a card" : "\(cards) cards").") }
    var lesson = Lesson()
    let path = ConsolePath.live(edges: false, keys: false)
    try await console.client.values(path, as: LiveNote.self) { note in
      guard reader == nil || note.reader == reader, let bits = note.bitText,
        let reading = note.reading
      else { return true }
      let seen = lesson.take(bits, reading, of: note.reader ?? "?")
      try console.show(seen, seen.text)
      return lesson.cards < cards
    }
    if !console.json { Output.page(lesson.advice) }
    if lesson.fitting.isEmpty { throw ExitCode(1) }
  }
}
