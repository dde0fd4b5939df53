import ArgumentParser
import ConsoleProtocol

/// Frames, keys and lines as they happen.
struct MonitorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Watch frames, keys, outputs and decisions as they happen.",
    discussion: """
      A frame is shown with the time from pulse to pulse and the formats that fit; a
      damaged one with its fault. --numbers shows the bits and the card's number too,
      --keys also the keys, which are PINs: both for five minutes, and recorded with
      your name. Without them keys are dots. A terminal that is too slow loses the oldest lines,
      and their number is shown. Ends with Ctrl-C.
      """)

  @OptionGroup var console: ConsoleOptions
  @Flag(help: "Also each change of contact, exit, fire and tamper; with --keys of data lines too.")
  var edges = false
  @Flag(help: "Show bits and card numbers for five minutes; recorded.") var numbers = false
  @Flag(help: "Show keys and short bursts too. They are PINs; recorded.") var keys = false
  @Option(help: "Only this reader.") var reader: String?
  @Option(help: "End after this number of lines.") var count: Int?

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count is at least 1") }
  }

  func run() async throws {
    try await console.check(reader: reader)
    if numbers || keys { try await console.disclose() }
    var left = count ?? Int.max
    let path = ConsolePath.live(edges: edges, keys: keys)
    try await console.client.values(path, as: LiveNote.self) { note in
      if let reader, let of = note.reader, of != reader { return true }
      try console.show(note, LiveLine(note: note).text)
      left -= 1
      return left > 0
    }
  }
}
