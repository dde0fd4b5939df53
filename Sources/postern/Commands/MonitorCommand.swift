import ArgumentParser
import ConsoleProtocol
import DoorRules
import Foundation

/// What happens at the lines.
struct MonitorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Watch frames, keys, outputs and decisions as they happen.",
    discussion: """
      A frame has its bits, the time from pulse to pulse and the formats that fit; a
      damaged one says what was wrong. Keys are shown as dots unless --keys is given,
      since they are PINs. Too slow a terminal loses the oldest lines and is told how
      many. Ends with Ctrl-C.
      """)

  @OptionGroup var console: ConsoleOptions
  @Flag(help: "Also each change of contact, exit, fire and tamper; with --keys of data lines too.")
  var edges = false
  @Flag(help: "Show keys and short bursts as they are. They are PINs.") var keys = false
  @Option(help: "Only this reader.") var reader: String?
  @Option(help: "End after so many lines.") var count: Int?

  func run() async throws {
    var left = count ?? Int.max
    do {
      try await console.client.lines(LivePath.of(edges: edges, keys: keys)) { line in
        let note = try JSONDecoder().decode(LiveNote.self, from: line)
        if let reader, let of = note.reader, of != reader { return }
        if console.json { try Output.json(note) } else { Output.line(LiveLine(note: note).text) }
        left -= 1
        if left <= 0 { throw EnoughSeen() }
      }
    } catch is EnoughSeen {
      return
    }
  }
}

/// The watcher has what it wanted.
struct EnoughSeen: Error {}

/// The stream's address.
enum LivePath {
  static func of(edges: Bool, keys: Bool) -> String {
    let options = [edges ? "edges=1" : nil, keys ? "keys=1" : nil].compactMap { $0 }
    return "/v1/live" + (options.isEmpty ? "" : "?" + options.joined(separator: "&"))
  }
}

/// A note as one line.
struct LiveLine {
  let note: LiveNote

  var text: String {
    let seconds = Double(note.microseconds) / 1_000_000
    var parts = [String(format: "%.3f", seconds), note.kind.rawValue]
    if let reader = note.reader { parts.append("reader \(reader)") }
    if let door = note.door { parts.append("door \(door)") }
    if let line = note.line {
      parts.append("\(line) \(note.active == true ? "on" : "off")")
    }
    if let key = note.key { parts.append("key \(key)") }
    if let bits = note.bits { parts.append("\(bits) bits") }
    if let text = note.bitText { parts.append(text) }
    if let spacing = note.spacing, spacing.count == 3, spacing[2] > 0 {
      parts.append("\(spacing[0]) µs (\(spacing[1]) to \(spacing[2]))")
    }
    parts += (note.candidates ?? []).map {
      "\($0.format) \($0.facility.map { "facility \($0) " } ?? "")card \($0.card)"
    }
    if note.candidates != nil { parts.append("parity good") }
    if let fault = note.fault { parts.append("\(fault): \(note.detail ?? "")") }
    if let type = note.type { parts.append(type) }
    if let person = note.person { parts.append(person) }
    if let reason = note.reason {
      parts.append(DenialReason(rawValue: reason)?.sentence ?? reason)
    }
    if let lost = note.lost { parts.append("\(lost) lines are lost: this terminal was too slow") }
    return parts.joined(separator: "  ")
  }
}
