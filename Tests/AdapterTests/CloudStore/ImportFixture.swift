import CloudProtocol
import DoorRules
import Foundation

@testable import posterncloud

/// A cloud with the controller gate-1, into which files are imported.
final class ImportFixture {
  private let fixture: ReachFixture

  init() throws {
    fixture = try ReachFixture()
    try fixture.enrol("gate-1")
  }

  /// Nil when the lines were imported, or what is wrong with them, without the file's name.
  func refusal(_ lines: [String], _ options: String...) async throws -> String? {
    let file = fixture.folder + "/lines"
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    let command = try ImportCommand.parse(
      ["gate-1", file, "--state", fixture.folder] + options)
    do {
      try await command.run()
      return nil
    } catch {
      return "\(error)".replacing("\(file), ", with: "")
    }
  }

  func revoke(_ id: String) throws { try fixture.store.credentials.revoke(id) }

  var records: [CredentialRecord] {
    get throws {
      try fixture.store.credentials.list(of: "gate-1", after: "", limit: 100).map(\.record)
    }
  }

  func person(_ id: String) throws -> PersonRecord? {
    try fixture.store.database.read { try PersonTable.find(id, $0) }
  }
}
