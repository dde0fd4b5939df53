import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux

/// PINs that a door computes by itself.
struct OfflinePINCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offline-pin",
    abstract: "PINs that a door computes by itself, issued without any network.",
    discussion: """
      A PIN is computed from the door's key, a start, a duration and a serial. The
      door needs no message to accept it, at any time of its window.
      """,
    subcommands: [Issue.self, Revoke.self])

  /// The window of a PIN.
  struct WindowOptions: ParsableArguments {
    @Option(help: "The door.") var door: String
    @Option(help: "The hour it starts, such as 2026-11-20T15:00:00Z, or now; rounded down.")
    var start = "now"
    @Option(
      help: ArgumentHelp(
        "The duration in hours: "
          + OfflinePINTable.rows.map { "\($0.hours)" }.joined(separator: ", ") + "."))
    var hours: Int
    @Option(help: "0, 1 or 2 for different PINs of one window; 3 opens once.") var serial = 0

    func window() throws -> OfflinePINWindow {
      let seconds = try TimeArgument.seconds(start, of: "--start")
      let step = Int64(OfflinePINTable.rows.first { $0.hours == hours }?.stepHours ?? 1)
      let hour = seconds / 3_600
      do throws(OfflinePINProblem) {
        return try OfflinePINWindow(
          startHour: hour - hour % step, hours: hours, serial: serial)
      } catch {
        throw ValidationError("\(error)")
      }
    }

    func doorID() throws -> DoorID {
      guard let id = DoorID(door) else { throw ValidationError("--door is \(DoorID.grammar)") }
      return id
    }
  }

  struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute a code; needs the key file of the desk and nothing else.")

    @OptionGroup var window: WindowOptions
    @Option(help: "The file of keys, 0600.") var keys: String
    @Option(help: "The controller; only with a file of the controller's own key.")
    var controller: String?
    @Flag(help: "Print JSON for programs.") var json = false

    private struct Line: Encodable {
      var door: String
      var pin: String
      var startHour: Int64
      var hours: Int
      var serial: Int
      var opensOnce: Bool
      var validFrom: String
      var validUntil: String
    }

    func run() throws {
      let door = try window.doorID()
      let chosen = try window.window()
      let pin: Secret<String>
      do {
        let text = try KeyFile.secretText(path: keys, bytesMax: OfflinePINKeys.fileBytesMax)
        guard let id = ControllerID(controller ?? "none") else {
          throw ValidationError("--controller is \(ControllerID.grammar)")
        }
        let ring = try OfflinePINKeys(parsing: text, controller: id)
        guard controller != nil || !ring.isOfController else {
          throw ValidationError("the file has the controller's own key: give --controller")
        }
        pin = try ring.code(of: chosen, at: door)
      } catch let problem as OfflinePINProblem {
        throw ConsoleProblem(.invalid, "\(keys): \(problem)")
      } catch let error as PortError {
        throw ConsoleProblem(.unavailable, "\(error)")
      }
      let line = Line(
        door: door.rawValue, pin: pin.reveal(), startHour: chosen.startHour, hours: chosen.hours,
        serial: chosen.serial, opensOnce: chosen.isOnce,
        validFrom: CloudEvent.timestamp(milliseconds: chosen.validFrom.millisecondsSince1970),
        validUntil: CloudEvent.timestamp(milliseconds: chosen.validUntil.millisecondsSince1970))
      if json { return try Output.json(line) }
      let once = chosen.isOnce ? ", opens once" : ""
      Output.line(
        "\(line.pin)#  door \(door), from \(line.validFrom) until \(line.validUntil), "
          + "serial \(chosen.serial)\(once)")
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke one PIN at the door; the others of its window stay valid. Recorded.")

    @OptionGroup var console: ConsoleOptions
    @OptionGroup var window: WindowOptions

    func run() async throws {
      let chosen = try window.window()
      try await console.client.post(
        "/v1/keys/offline-pin/revoke",
        OfflinePINRequest(
          door: window.door, startHour: chosen.startHour, hours: chosen.hours,
          serial: chosen.serial, by: Operator.name))
    }
  }
}
