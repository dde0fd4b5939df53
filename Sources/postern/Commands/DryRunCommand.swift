import ArgumentParser
import DoorRules
import Foundation
import HostLinux
import WiegandCodec

/// Questions over standard input: one JSON object a line in, one out.
struct DryRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dry-run",
    abstract: "Hold Postern's rules against your own data: JSON lines in, JSON lines out.",
    subcommands: [Wiegand.self, Hours.self])

  /// Reads every line, answers every line; a bad one gets its error and the run goes on.
  static func eachLine(_ answer: ([String: Any]) throws(DryRunError) -> [String: Any]) {
    while let line = readLine() {
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      var output: [String: Any]
      do throws(DryRunError) {
        guard let object else { throw DryRunError("the line is not a JSON object") }
        output = try answer(object)
      } catch {
        output = ["error": error.message]
      }
      output["id"] = object?["id"] ?? NSNull()
      let data = try? JSONSerialization.data(withJSONObject: output, options: [.sortedKeys])
      Output.line(String(decoding: data ?? Data(), as: UTF8.self))
    }
  }

  struct Wiegand: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Which formats a frame's bits fit.",
      discussion: #"In: {"id":1,"bits":"0110…"}, first bit first."#)

    func run() {
      DryRunCommand.eachLine { object throws(DryRunError) in
        guard let text = object["bits"] as? String, text.allSatisfy({ $0 == "0" || $0 == "1" }),
          (1...WiegandLimits.frameBitsMax).contains(text.count)
        else { throw DryRunError("bits: 1 to 128 zeros and ones") }
        let bits = text.map { $0 == "1" }
        let table = FormatTable.standard
        let candidates = table.candidates(for: bits)
        let known = table.formats.contains { $0.bitCount == bits.count }
        let fault: FrameFault? = candidates.isEmpty ? (known ? .parity : .unknownLength) : nil
        return [
          "candidates": candidates.map { candidate in
            [
              "format": candidate.format, "facility": candidate.facility ?? NSNull(),
              "card": candidate.card, "issue": candidate.issue ?? NSNull(),
            ] as [String: Any]
          },
          "fault": fault?.rawValue ?? NSNull(),
        ]
      }
    }
  }

  struct Hours: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Whether a moment is inside weekly hours.",
      discussion: #"In: {"id":1,"timeZone":"Europe/Berlin","accessHours":{…},"at":seconds}"#)

    func run() {
      let zones = SystemZones()
      var known: [String: ZoneRules] = [:]
      DryRunCommand.eachLine { object throws(DryRunError) in
        guard let name = object["timeZone"] as? String else {
          throw DryRunError("timeZone: an IANA name")
        }
        guard let at = object["at"] as? Int64 else {
          throw DryRunError("at: whole seconds since 1970")
        }
        if known[name] == nil {
          do { known[name] = try zones.rules(for: name) } catch {
            throw DryRunError("timeZone: \(error)")
          }
        }
        let hours = try Self.hours(object["accessHours"])
        let zone = known[name] ?? .utc
        return ["inside": hours.contains(WallInstant(secondsSince1970: at), in: zone)]
      }
    }

    static func hours(_ value: Any?) throws(DryRunError) -> WeeklyHours {
      guard let week = value as? [String: [[String: String]]] else {
        throw DryRunError("accessHours: an object of days, each a list of {from, to}")
      }
      let windows = week.mapValues { day in
        day.map { (from: $0["from"] ?? "", to: $0["to"] ?? "") }
      }
      do { return try WeeklyHours(parsing: windows) } catch {
        throw DryRunError(
          error.problems.map { "accessHours.\($0.path): \($0.message)" }.joined(separator: "; "))
      }
    }
  }
}

/// What is wrong with a line.
struct DryRunError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
