import ArgumentParser
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux

/// The keys from which doors and front desks compute offline PINs. `postern offline-pin` computes.
struct OfflinePINCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offline-pin", abstract: "Keys of the PINs that doors compute for themselves.",
    subcommands: [Keys.self, Rotate.self, Revoke.self])

  struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the key file for a front desk, or again for the controller.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The controller.") var controller: String
    @Option(help: "The doors of the desk, with commas; the controller's own file when left out.")
    var doors: String?
    @Option(help: "The file; it must not exist.") var out: String

    func run() throws {
      let store = try state.store()
      let id = try parseController(controller)
      let text: Secret<String>
      if let doors {
        try store.checkPlaces(doors: split(doors), at: [controller])
        let keys = try store.offlinePINs.keys(of: id)
        let parts = try split(doors).map { name in
          guard let door = DoorID(name) else {
            throw ValidationError("a door's id is \(DoorID.grammar)")
          }
          return keys.text(of: door).reveal()
        }
        text = Secret(parts.joined())
      } else {
        text = try store.offlinePINs.text(of: id)
      }
      do { try KeyFile.create(path: out, text: text) } catch { throw CloudProblem("\(error)") }
      Output.line("\(out) is written; it is secret, keep it 0600")
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke one code at its door; the events of its use name the window.")

    @OptionGroup var target: TargetOptions
    @Option(help: "The door.") var door: String
    @Option(help: "Hours since 1970 at which it starts.") var startHour: Int64
    @Option(help: "Its duration.") var hours: Int
    @Option(help: "Its serial.") var serial = 0

    func run() async throws {
      let window: OfflinePINWindow
      do throws(OfflinePINProblem) {
        window = try OfflinePINWindow(startHour: startHour, hours: hours, serial: serial)
      } catch {
        throw ValidationError("\(error)")
      }
      try await target.send(Command(kind: .revokeOfflinePIN, door: door, window: window))
    }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a key for windows from an hour on.",
      discussion: """
        Windows that start before keep their code. Put the new files on the controller
        and the desks before the hour, which must be after the start of every code
        handed out so far.
        """)

    @OptionGroup var state: StateOptions
    @Argument(help: "The controller.") var controller: String
    @Option(help: "For windows from then on: 2026-11-20T15:00:00Z, or +30d.") var from: String

    func run() throws {
      let seconds = try TimeArgument.time(from)
      let hour = (seconds + 3_599) / 3_600
      let keyID = try state.store().offlinePINs.rotate(
        of: try parseController(controller), fromHour: hour)
      Output.line("key \(keyID) applies to windows from hour \(hour) since 1970 on")
    }
  }
}
