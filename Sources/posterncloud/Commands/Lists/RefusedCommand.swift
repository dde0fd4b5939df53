import ArgumentParser
import CloudProtocol
import HostLinux

/// Records that a controller refused, or took with a warning.
struct RefusedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refused",
    abstract: "Show the records that controllers refused, or that mean nothing there.",
    discussion: """
      A refused record is not in force: the controller keeps what it had. Change the record, and \
      it is sent again. A warning is about a word or a place that the controller's configuration \
      does not know.
      """)

  @OptionGroup var state: StateOptions
  @Argument(help: "Only this controller.") var controller: String?
  @Flag(help: "Print JSON for programs.") var json = false

  private struct Line: Encodable {
    var controller: String
    var kind: String
    var name: String
    var problems: [Problem]
    var stops: Bool
  }

  func run() throws {
    for note in try state.store(of: controller).recordNotes.list(controller: controller) {
      if json {
        try Output.json(
          Line(
            controller: note.controller, kind: note.kind, name: note.name,
            problems: note.problems, stops: note.stops))
        continue
      }
      let what = note.kind == "warning" ? "warning" : "refused \(note.kind)"
      let stops = note.stops ? "; what was there is stopped" : ""
      let problems = note.problems.map(\.description).joined(separator: "; ")
      Output.line("\(note.controller)  \(what) \(note.name)  \(problems)\(stops)")
    }
  }
}
