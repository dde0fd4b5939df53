import ArgumentParser
import CloudProtocol
import DoorRules
import Foundation
import GRDB
import HostLinux
import WiegandCodec

/// Many people and credentials at once.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import people and credentials from a file, all or none.",
    discussion: """
      One JSON object a line, each one of
        {"person": "ada", "enabled": true}
        {"person": "ada", "card": "H10301:12:345", "id": "key-1", "doors": ["front"]}
        {"revoke": "key-1"}
      A person that is not there yet is added; a credential of a known id is replaced.
      Clashes are not checked. What a spreadsheet did to a file is refused with line and column.
      """)

  /// The most lines of one file.
  static let linesMax = 1_000_000

  @OptionGroup var state: StateOptions
  @OptionGroup var formats: FormatOptions
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

  func run() async throws {
    try importLines(in: try await formats.table())
  }

  private func importLines(in table: FormatTable) throws {
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
          if let damage = ImportLine.damage(in: words) { throw damage }
          let line = try JSONCoding.decode(Line.self, from: Array(words.utf8))
          try take(line, database, digester, table)
        } catch {
          let place = ImportLine.column(of: error, in: words).map { ", column \($0)" } ?? ""
          throw CloudProblem("\(file), line \(index + 1)\(place): \(error); nothing was imported")
        }
      }
    }
    Output.line("\(lines.count) lines are imported for \(controller)")
  }

  private func take(
    _ line: Line, _ database: Database, _ digester: CredentialDigester, _ table: FormatTable
  ) throws {
    if let id = line.revoke { return try CredentialTable.revoke(id, database) }
    guard let person = line.person else { throw CloudProblem("has no person") }
    let present = try PersonTable.find(person, database)
    if line.enabled != nil || present == nil {
      // What else is known of the person stays, above all exclusions.
      var record = present ?? PersonRecord(id: person, accessEnabled: true)
      record.accessEnabled = line.enabled ?? true
      _ = try record.validated(path: "person")
      try PersonTable.put(record, database)
    }
    let canonical: Secret<String>
    if let card = line.card {
      canonical = try CredentialValue.canonical(card: card, formats: table)
    } else if let pin = line.pin {
      canonical = try CredentialValue.canonical(pin: pin)
    } else {
      return
    }
    let record = CredentialRecord(
      id: line.id ?? UUID().uuidString.lowercased(), kind: line.card == nil ? "pin" : "card",
      person: person, status: "active", digest: digester.digest(ofCanonical: canonical),
      validUntil: line.validUntil, doors: line.doors ?? [], reservationID: line.reservationID,
      tenantID: line.tenantID, duress: line.duress
    ).sayingItsPlace
    _ = try record.validated(path: "credential")
    try CredentialTable.put(record, at: controller, database)
  }
}
