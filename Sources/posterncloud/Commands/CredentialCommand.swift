import ArgumentParser
import CloudProtocol
import DoorRules
import Foundation
import WiegandCodec

/// Credentials.
struct CredentialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credential", abstract: "Issue and revoke cards and PINs.",
    subcommands: [Issue.self, Revoke.self, List.self])

  struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a person a card or a PIN for a controller's doors.",
      discussion: "The number is digested under that controller's key at once and kept nowhere.")

    @OptionGroup var state: StateOptions
    @Option(help: "The controller.") var controller: String
    @Option(help: "The person.") var person: String
    @Option(help: "FORMAT:FACILITY:NUMBER; the facility is - where the format has none.")
    var card: String?
    @Option(help: "4 to 10 digits.") var pin: String?
    @Option(help: "Only for these doors, with commas.") var doors: String?
    @Option(help: "Only for these scopes, with commas.") var scopes: String?
    @Option(help: "Valid from: 2026-11-20T15:00:00Z, or +2h from now.") var from: String?
    @Option(help: "Valid until, likewise.") var until: String?
    @Option(name: .customLong("class"), help: "Its class, as the facility configures them.")
    var className: String?
    @Option(help: "How often it may be used.") var uses: Int?
    @Option(help: "How long it stays good after its first use: 90m, 2h, 3d.")
    var firstUseFor: String?
    @Flag(help: "Opens like any other and raises a silent alarm.") var duress = false
    @Option(help: "The credential's id; made up when left out.") var id: String?

    func run() throws {
      guard (card == nil) != (pin == nil) else {
        throw ValidationError("say --card or --pin, one of them")
      }
      let canonical = try card.map(Self.canonical(card:)) ?? Self.canonical(pin: pin ?? "")
      let store = try state.store()
      let digest = try store.digester(of: controller).digest(ofCanonical: canonical)
      let record = CredentialRecord(
        id: id ?? UUID().uuidString.lowercased(), kind: card == nil ? "pin" : "card",
        person: person, status: "active", digest: digest, validFrom: try Self.time(from),
        validUntil: try Self.time(until), doors: split(doors), scopes: split(scopes),
        className: className, usesMax: uses,
        validSecondsFromFirstUse: try firstUseFor.map(Self.duration),
        duress: duress ? true : nil)
      do { _ = try record.validated(path: "credential") } catch { throw CloudProblem("\(error)") }
      try store.issue(record, at: controller)
      print("credential \(record.id)")
    }

    static func canonical(card: String) throws -> Secret<String> {
      let parts = card.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3, let number = UInt64(parts[2]) else {
        throw ValidationError("--card is FORMAT:FACILITY:NUMBER, such as H10301:12:345")
      }
      let facility = parts[1] == "-" ? nil : UInt64(parts[1])
      if parts[1] != "-", facility == nil { throw ValidationError("the facility is a number or -") }
      // Encoding refuses what no reader could ever send.
      do {
        _ = try FormatTable.standard.encode(format: parts[0], facility: facility, card: number)
      } catch {
        throw ValidationError("--card: \(error)")
      }
      return CardCandidate(format: parts[0], facility: facility, card: number).canonical
    }

    static func canonical(pin: String) throws -> Secret<String> {
      guard (4...10).contains(pin.count), pin.allSatisfy({ "0123456789".contains($0) }) else {
        throw ValidationError("--pin is 4 to 10 digits")
      }
      return Secret("pin:" + pin)
    }

    static func duration(_ text: String) throws -> Int64 {
      let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
      guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
        (0..<1_000_000).contains(count)
      else { throw ValidationError("\(text) is not a time span; write 90m, 2h or 3d") }
      return count * unit
    }

    static func time(_ text: String?) throws -> Int64? {
      guard let text else { return nil }
      if let sign = text.first, "+-".contains(sign) {
        let seconds = try duration(String(text.dropFirst()))
        return CloudStore.now() / 1_000 + (sign == "-" ? -seconds : seconds)
      }
      guard let date = try? Date(text, strategy: .iso8601) else {
        throw ValidationError("\(text) is not a time; write 2026-11-20T15:00:00Z or +2h")
      }
      return Int64(date.timeIntervalSince1970)
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Withdraw a credential.")
    @OptionGroup var state: StateOptions
    @Argument(help: "The credential's id.") var id: String

    func run() throws {
      try state.store().revoke(id)
      print("credential \(id) is revoked")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show credentials and how the door says they stand.",
      discussion: "A credential is pending until its door has answered.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The controller.") var controller: String
    @Option(help: "Those after this id.") var after = ""
    @Option(help: "How many.") var limit = 50
    @Flag(help: "Print JSON for programs.") var json = false

    private struct Line: Encodable {
      var externalCredentialId: String
      var provider = "postern"
      var person: String
      var kind: String
      var status: String
      var grantedAt: String?
      var revokedAt: String?
    }

    func run() throws {
      let found = try state.store().credentials(of: controller, after: after, limit: limit)
      for standing in found {
        let time = standing.statusMilliseconds.map { CloudEvent.timestamp(milliseconds: $0) }
        if json {
          try printJSON(
            Line(
              externalCredentialId: standing.record.id, person: standing.record.person,
              kind: standing.record.kind, status: standing.status,
              grantedAt: standing.status == "active" ? time : nil,
              revokedAt: standing.status == "revoked" ? time : nil))
        } else {
          let words = [
            standing.record.id, standing.record.kind, standing.record.person, standing.status, time,
          ]
          print(words.compactMap { $0 }.joined(separator: "  "))
        }
      }
    }
  }
}
