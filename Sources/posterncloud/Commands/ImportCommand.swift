import ArgumentParser
import CloudProtocol
import Foundation
import GRDB
import HostLinux

/// Many people and credentials at once.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import people and credentials from a file, all or none.",
    discussion: """
      One JSON object a line, each one of
        {"person": "ada", "enabled": true}
        {"person": "ada", "card": "H10301:12:345", "id": "key-1", "doors": ["front"]}
        {"revoke": "key-1"}
      A person that is not there yet is added; a credential of a known id is replaced.
      Clashes are not checked.
      """)

  /// The most lines of one file.
  static let linesMax = 1_000_000

  @OptionGroup var state: StateOptions
  @Argument(help: "The controller's id.") var controller: String
  @Argument(help: "The file.") var file: String

  private struct Line: Decodable {
    var person: String?
    var enabled: Bool?
    var card: String?
    var pin: String?
    var id: String?
    var doors: [String]?
    var validUntil: Int64?
    var reservationID: String?
    var tenantID: String?
    var duress: Bool?
    var revoke: String?
  }

  func run() throws {
    let text: String
    do { text = try TextFile.read(file) } catch { throw CloudProblem("\(error)") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.element.allSatisfy(\.isWhitespace) }
    guard lines.count <= Self.linesMax else {
      throw CloudProblem("\(file) has \(lines.count) lines, at most \(Self.linesMax)")
    }
    let store = try state.store()
    let digester = try store.controllers.digester(of: controller)
    try store.database.write { database in
      for (index, words) in lines {
        do {
          let line = try JSONCoding.decode(Line.self, from: Array(words.utf8))
          if let id = line.revoke {
            try CredentialTable.revoke(id, database)
            continue
          }
          guard let person = line.person else { throw CloudProblem("has no person") }
          let isKnown = try PersonTable.isKnown(person, database)
          if line.enabled != nil || !isKnown {
            let record = PersonRecord(id: person, accessEnabled: line.enabled ?? true)
            _ = try record.validated(path: "person")
            try PersonTable.put(record, database)
          }
          guard let value = line.card ?? line.pin else { continue }
          let canonical =
            try line.card == nil
            ? CredentialValue.canonical(pin: value)
            : CredentialValue.canonical(card: value)
          let record = CredentialRecord(
            id: line.id ?? UUID().uuidString.lowercased(), kind: line.card == nil ? "pin" : "card",
            person: person, status: "active", digest: digester.digest(ofCanonical: canonical),
            validUntil: line.validUntil, doors: line.doors ?? [],
            reservationID: line.reservationID, tenantID: line.tenantID,
            duress: line.duress)
          _ = try record.validated(path: "credential")
          try CredentialTable.put(record, at: controller, database)
        } catch {
          throw CloudProblem("\(file), line \(index + 1): \(error); nothing was imported")
        }
      }
    }
    Output.line("\(lines.count) lines are imported for \(controller)")
  }
}
