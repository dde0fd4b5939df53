import ArgumentParser
import CloudProtocol
import DoorPorts
import Foundation
import GPIOLinux
import HostLinux
import Settings

/// The controller's lines, without the daemon.
struct LinesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lines",
    abstract: "Show who holds the lines of the settings, or make them safe; list the chips.",
    subcommands: [List.self, Chips.self, Safe.self], defaultSubcommand: List.self)

  /// The settings that name the lines.
  struct File: ParsableArguments {
    @Option(name: .customLong("config"), help: "The daemon's configuration file.")
    var path = "/etc/postern/postern.yaml"

    @OptionGroup var option: JSONOption
    var json: Bool { option.json }

    func plan() async throws -> LinePlan {
      let settings = try await ConfigCommand.load(path, json: json)
      if settings.isSimulated, !json {
        Output.line("The hardware is simulated: there are no lines.")
      }
      return settings.linePlan
    }
  }

  /// A line, for programs.
  private struct Found: Encodable {
    var line: String
    var chip: String
    var offset: Int
    /// Nil for a free line, and with `safe`.
    var holder: String?
    /// The error; nil without one.
    var error: String?

    init(_ line: String, _ place: LinePlan.Place, holder: String? = nil, error: PortError? = nil) {
      self.line = line
      chip = place.chip
      offset = place.offset
      self.holder = holder
      self.error = error?.detail
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what each line is for and who holds it; requests none.")
    @OptionGroup var file: File

    func run() async throws {
      let found = SafeLines.holders(try await file.plan()).map { words, place, holder in
        switch holder {
        case .success(let holder): Found(words, place, holder: holder)
        case .failure(let error): Found(words, place, error: error)
        }
      }
      for line in found {
        if file.json {
          try Output.json(line)
          continue
        }
        let state =
          line.error.map { "FAILED: \($0)" } ?? line.holder.map { "held by \($0)" } ?? "free"
        Output.line("line \(line.offset) of \(line.chip)  \(line.line)  \(state)".printable)
      }
      if found.contains(where: { $0.error != nil }) { throw ExitCode(1) }
    }
  }

  struct Chips: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the GPIO chips of this machine, with what the settings may name them.",
      discussion: """
        Name a chip by its label. Where two boards have one label, name each by its
        address: the port that it is plugged into. A number such as gpiochip2 may
        belong to another board after a restart.
        """)
    @OptionGroup var option: JSONOption

    /// A chip, for programs.
    private struct Found: Encodable {
      var path: String
      var label: String
      var lines: Int
      var address: String?
      /// Whether its label names it and no other chip.
      var isLabelUnique: Bool
    }

    func run() async throws {
      let chips = ChipScan().chips()
      if chips.isEmpty, !option.json {
        Output.complain(
          "There is no GPIO chip that you may open. Is its driver loaded, and are you in group gpio?"
        )
      }
      for chip in chips {
        let isUnique = chips.filter { $0.label == chip.label }.count == 1
        if option.json {
          try Output.json(
            Found(
              path: chip.path, label: chip.label, lines: chip.lines, address: chip.address,
              isLabelUnique: isUnique))
          continue
        }
        let label = isUnique ? "label \(chip.label)" : "label \(chip.label) (not the only one)"
        Output.line(
          "\(chip.path)  \(chip.lines) lines  \(label)  address \(chip.address ?? "unknown")")
      }
      if chips.isEmpty { throw ExitCode(1) }
    }
  }

  struct Safe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make every output inactive: relays off, lamps and beepers off.",
      discussion: """
        The service manager runs this after every end of the daemon, so that a relay
        cannot stay on. While the daemon runs it holds its lines, and they are not
        touched. Exit status 1 when a line could not be made safe.
        """)
    @OptionGroup var file: File

    func run() async throws {
      var isSafe = true
      for answer in SafeLines.makeSafe(try await file.plan()) {
        if answer.error != nil { isSafe = false }
        if file.json {
          try Output.json(Found(answer.line, answer.place, error: answer.error))
        } else if let error = answer.error {
          Output.complain("\(answer.line), \(answer.place): \(error.detail)")
        } else {
          Output.line("\(answer.line), \(answer.place): off")
        }
      }
      if !isSafe { throw ExitCode(1) }
    }
  }
}
