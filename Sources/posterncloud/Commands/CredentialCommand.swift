import ArgumentParser
import CloudAPI
import CloudProtocol
import DoorRules
import Foundation
import HostLinux

/// Credentials.
struct CredentialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credential", abstract: "Issue and revoke cards and PINs.",
    subcommands: [Issue.self, Resume.self, Revoke.self, List.self])

  struct Issue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a person a card or a PIN for a controller's doors.",
      discussion: "The number is digested under that controller's key at once and stored nowhere.")

    @OptionGroup var state: StateOptions
    @OptionGroup var formats: FormatOptions
    @Option(help: "The controller.") var controller: String
    @Option(help: "The person.") var person: String
    @Option(help: "FORMAT:FACILITY:NUMBER; the facility is - where the format has none.")
    var card: String?
    @Option(help: "The issue number of the card, where its format has one; older ones are denied.")
    var issue: Int64?
    @Option(help: "4 to 10 digits.") var pin: String?
    @Option(help: "Only for these doors, with commas; without doors and scopes it opens all.")
    var doors: String?
    @Option(help: "Only for these scopes, with commas.") var scopes: String?
    @Option(help: "Valid from: 2026-11-20T15:00:00Z, or +2h from now.") var from: String?
    @Option(help: "Valid until, likewise.") var until: String?
    @Option(name: .customLong("class"), help: "Its class, as the facility configures them.")
    var className: String?
    @Option(help: "How often it may be used.") var uses: Int?
    @Option(help: "How long it stays valid after its first use: 90m, 2h, 3d.")
    var firstUseFor: String?
    @Option(help: "Suspended once it was not used for so many days.") var unusedDays: Int?
    @Option(help: "When it was last used elsewhere: the days count from then.")
    var lastUsed: String?
    @Flag(help: "Opens like any other and raises a silent alarm.") var duress = false
    @Option(help: "The credential's id; random when left out.") var id: String?

    func run() async throws {
      guard (card == nil) != (pin == nil) else {
        throw ValidationError("give either --card or --pin")
      }
      if let issue, card == nil || !CredentialLimits.issues.contains(issue) {
        throw ValidationError(
          "--issue is for cards, from 0 to \(CredentialLimits.issues.upperBound)")
      }
      let table = try await formats.table()
      let store = try state.store()
      try store.checkPlaces(doors: split(doors), scopes: split(scopes), at: [controller])
      // A controller that does not know issue numbers finds only the card with its issue.
      let hello = try store.controllers.latest(Hello.self, of: controller)
      let anyIssue = issue != nil && hello?.lacks([.issueNumbers]).isEmpty != false
      let canonical =
        try card.map {
          try CredentialValue.canonical(card: $0, issue: issue, anyIssue: anyIssue, formats: table)
        } ?? CredentialValue.canonical(pin: pin ?? "")
      let digest = try store.controllers.digester(of: controller).digest(ofCanonical: canonical)
      let record = CredentialRecord(
        id: id ?? UUID().uuidString.lowercased(), kind: card == nil ? "pin" : "card",
        person: person, status: "active", digest: digest,
        validFrom: try from.map(TimeArgument.time),
        validUntil: try TimeArgument.end(until), doors: split(doors), scopes: split(scopes),
        className: className, usesMax: uses,
        validSecondsFromFirstUse: try firstUseFor.map(TimeArgument.duration),
        duress: duress ? true : nil, issue: anyIssue ? issue : nil, unusedDays: unusedDays,
        lastUsed: try lastUsed.map(TimeArgument.time)
      ).sayingItsPlace
      do { _ = try record.validated(path: "credential") } catch { throw CloudProblem("\(error)") }
      let holders = ValueHolders(
        of: canonical, issue: anyIssue ? issue : nil, formats: table)
      try store.credentials.issue(record, of: holders, at: controller)
      Output.line("credential \(record.id)")
    }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a credential open again that was suspended because nobody used it.")
    @OptionGroup var state: StateOptions
    @Argument(help: "The credential's id.") var id: String

    func run() throws {
      try state.store().credentials.resume(id, at: CloudClock.now() / 1_000)
      Output.line("credential \(id) counts as used now")
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Revoke a credential.")
    @OptionGroup var state: StateOptions
    @Argument(help: "The credential's id.") var id: String

    func run() throws {
      try state.store().credentials.revoke(id)
      Output.line("credential \(id) is revoked")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show credentials with the status that the controller reports.",
      discussion: "A credential is pending until the controller has answered.")

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
      let found = try state.store(of: controller).credentials.list(
        of: controller, after: after, limit: limit)
      for standing in found {
        let time = standing.statusMilliseconds.map { CloudEvent.timestamp(milliseconds: $0) }
        if json {
          try Output.json(
            Line(
              externalCredentialId: standing.record.id, person: standing.record.person,
              kind: standing.record.kind, status: standing.status,
              grantedAt: standing.status == "active" ? time : nil,
              revokedAt: standing.status == "revoked" ? time : nil))
        } else {
          let words = [
            standing.record.id, standing.record.kind, standing.record.person, standing.status, time,
          ]
          Output.line(words.compactMap { $0 }.joined(separator: "  "))
        }
      }
    }
  }
}
