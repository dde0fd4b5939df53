import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The configuration of each controller: columns `config`, `configRevision`, `configPatch` and
/// `refusedConfig` of the table `controller`.
struct ConfigurationTable {
  let database: DatabasePool

  /// Stores a configuration under the next revision, and returns that.
  func push(_ document: ConfigurationDocument, to controller: String) throws -> UInt64 {
    try database.write { try Self.push(document, patch: nil, to: controller, $0) }
  }

  /// Stores the configuration that a merge patch makes of the present one, and the patch too, for
  /// controllers that have its base. `check` throws for a configuration that no controller
  /// accepts.
  func patch(
    _ patch: JSONValue, of controller: String,
    check: (_ merged: ConfigurationDocument, _ present: ConfigurationDocument) throws -> Void
  ) throws -> UInt64 {
    try database.write { database in
      try ControllerTable.requireEnrolled(controller, database)
      guard let present = try Self.present(of: controller, database) else {
        throw CloudProblem("\(controller) has no configuration yet; push one whole")
      }
      let change = ConfigurationPatch(
        baseRevision: present.revision, revision: present.revision + 1, patch: patch)
      let merged = try change.applied(to: present)
      try check(merged, present)
      return try Self.push(merged, patch: change, to: controller, database)
    }
  }

  /// What was last pushed to a controller; nil for nothing.
  func present(of controller: String) throws -> ConfigurationDocument? {
    try database.read { try Self.present(of: controller, $0) }
  }

  static func present(
    of controller: String, _ database: Database
  ) throws -> ConfigurationDocument? {
    try database.fetchJSON(
      ConfigurationDocument.self, sql: "SELECT config FROM controller WHERE id = ?",
      arguments: [controller])
  }

  static func push(
    _ document: ConfigurationDocument, patch: ConfigurationPatch?, to controller: String,
    _ database: Database
  ) throws -> UInt64 {
    try ControllerTable.requireEnrolled(controller, database)
    let row = try Row.fetchOne(
      database, sql: "SELECT configRevision, hello FROM controller WHERE id = ?",
      arguments: [controller])
    // A cloud that was restored from a backup must still number above what the controller has.
    let atController = try row?.json(Hello.self, in: Hello.column)?.configRevision
    let last = UInt64(row?["configRevision"] as Int64? ?? 0)
    var numbered = document
    numbered.revision = try RevisionTable.following(
      max(last, atController ?? 0), of: controller)
    let fitting = patch.flatMap { $0.revision == numbered.revision ? $0 : nil }
    try database.execute(
      sql: "UPDATE controller SET configRevision = ?, config = ?, configPatch = ? WHERE id = ?",
      arguments: [
        Int64(clamping: numbered.revision), try storedJSON(numbered), try fitting.map(storedJSON),
        controller,
      ])
    try RevisionTable.touch(controller, database)
    if try WayTable.replace(numbered.waysIn, ofController: controller, database) {
      try KnownPersonTable.refresh(controller, database)
    }
    return numbered.revision
  }

  /// What brings a controller at `revision` to the present configuration: a patch where that is
  /// enough, else the document; nil when it has it, or refused it.
  func message(for controller: String, above revision: UInt64) throws -> ConfigurationMessage? {
    try database.read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT config, configPatch FROM controller
          WHERE id = ? AND config IS NOT NULL AND configRevision > ?
            AND configRevision IS NOT refusedConfig
          """,
        arguments: [controller, Int64(clamping: revision)])
      guard let row else { return nil }
      if let patch = try row.json(ConfigurationPatch.self, in: "configPatch"),
        patch.baseRevision == revision
      {
        return .patch(patch)
      }
      return .whole(try row.requiredJSON(ConfigurationDocument.self, in: "config"))
    }
  }

  /// The revision that was last pushed to a controller; 0 for none.
  static func revision(of controller: ControllerID, _ database: Database) throws -> UInt64 {
    UInt64(
      clamping: try Int64.fetchOne(
        database, sql: "SELECT configRevision FROM controller WHERE id = ?",
        arguments: [controller.rawValue]) ?? 0)
  }

  /// Raises the configuration's revision above the controller's, which may have another one under the
  /// same number; see ``RevisionTable``.
  static func overtake(
    _ hello: Hello, of controller: ControllerID, _ database: Database
  ) throws {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT configRevision, config FROM controller WHERE id = ?",
        arguments: [controller.rawValue])
    else { return }
    let own = UInt64(clamping: try row.decode(Int64.self, forColumn: "configRevision"))
    var document = try row.json(ConfigurationDocument.self, in: "config")
    document?.revision = try RevisionTable.following(
      max(hello.highestConfigRevision, own), of: controller.rawValue)
    try database.execute(
      sql: "UPDATE controller SET configRevision = ?, config = ?, configPatch = NULL WHERE id = ?",
      arguments: [
        Int64(clamping: document?.revision ?? max(hello.configRevision, own)),
        try document.map(storedJSON), controller.rawValue,
      ])
  }
}
