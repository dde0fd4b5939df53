import CloudProtocol
import DoorRules
import Foundation
import GRDB

extension CloudStore {
  func enrol(_ controller: ControllerID, credentialKey: [UInt8]) throws {
    try database.write { database in
      let known = try Bool.fetchOne(
        database, sql: "SELECT 1 FROM controller WHERE id = ?", arguments: [controller.rawValue])
      guard known != true else { throw CloudProblem("\(controller) is enrolled already") }
      try database.execute(
        sql: "INSERT INTO controller (id, credentialKey) VALUES (?, ?)",
        arguments: [controller.rawValue, Data(credentialKey)])
    }
  }

  /// Credentials that are issued from now on are digested under this key; those of before stay as
  /// they are, since their values are kept nowhere.
  func replaceCredentialKey(of controller: ControllerID, by key: [UInt8]) throws {
    try database.write { database in
      try Self.requireController(controller.rawValue, database)
      try database.execute(
        sql: "UPDATE controller SET credentialKey = ? WHERE id = ?",
        arguments: [Data(key), controller.rawValue])
    }
  }

  func digester(of controller: String) throws -> CredentialDigester {
    let key = try database.read { database in
      try Self.requireController(controller, database)
      return try Data.fetchOne(
        database, sql: "SELECT credentialKey FROM controller WHERE id = ?",
        arguments: [controller])
    }
    guard let key, let digester = CredentialDigester(keyBytes: Array(key)) else {
      throw CloudProblem("the credential key of \(controller) is damaged")
    }
    return digester
  }

  /// Stores a configuration under the next revision, and returns that.
  func pushConfiguration(
    _ document: ConfigurationDocument, to controller: String
  ) throws -> UInt64 {
    try database.write { try Self.pushConfiguration(document, patch: nil, to: controller, $0) }
  }

  /// Stores the configuration that a merge patch makes of the present one, and the patch too, for
  /// doors that have what it builds on. `check` throws for one that no door would take.
  func patchConfiguration(
    _ patch: JSONValue, of controller: String, check: (ConfigurationDocument) throws -> Void
  ) throws -> UInt64 {
    try database.write { database in
      try Self.requireController(controller, database)
      guard
        let body = try Data.fetchOne(
          database, sql: "SELECT config FROM controller WHERE id = ? AND config IS NOT NULL",
          arguments: [controller])
      else { throw CloudProblem("\(controller) has no configuration yet; push one whole") }
      let present = try JSONCoding.decoder().decode(ConfigurationDocument.self, from: body)
      let change = ConfigurationPatch(
        baseRevision: present.revision, revision: present.revision + 1, patch: patch)
      let merged = try change.applied(to: present)
      try check(merged)
      return try Self.pushConfiguration(merged, patch: change, to: controller, database)
    }
  }

  private static func pushConfiguration(
    _ document: ConfigurationDocument, patch: ConfigurationPatch?, to controller: String,
    _ database: Database
  ) throws -> UInt64 {
    try requireController(controller, database)
    let row = try Row.fetchOne(
      database, sql: "SELECT configRevision, hello FROM controller WHERE id = ?",
      arguments: [controller])
    // A cloud that lost its past must still number above what the door has.
    let atDoor = try (row?["hello"] as Data?).map {
      try JSONCoding.decoder().decode(Hello.self, from: $0).configRevision
    }
    let last = UInt64(row?["configRevision"] as Int64? ?? 0)
    var numbered = document
    numbered.revision = max(last, atDoor ?? 0) + 1
    let kept = try patch.flatMap {
      $0.revision == numbered.revision ? Data(try JSONCoding.encode($0)) : nil
    }
    try database.execute(
      sql: "UPDATE controller SET configRevision = ?, config = ?, configPatch = ? WHERE id = ?",
      arguments: [
        Int64(numbered.revision), Data(try JSONCoding.encode(numbered)), kept, controller,
      ])
    return numbered.revision
  }

  /// What brings a door at `revision` to the present configuration: a patch where that is enough,
  /// else the whole; nil when it is there, or was refused.
  func configuration(of controller: String, above revision: UInt64) throws
    -> ConfigurationMessage?
  {
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
      let decoder = JSONCoding.decoder()
      if let body = row["configPatch"] as Data? {
        let patch = try decoder.decode(ConfigurationPatch.self, from: body)
        if patch.baseRevision == revision { return .patch(patch) }
      }
      return .whole(
        try decoder.decode(ConfigurationDocument.self, from: row["config"] as Data))
    }
  }

  func note(_ hello: Hello) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE controller SET hello = ? WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(hello)), hello.controller])
    }
  }

  func hello(of controller: String) throws -> Hello? {
    try database.read { database in
      try Data.fetchOne(
        database, sql: "SELECT hello FROM controller WHERE id = ? AND hello IS NOT NULL",
        arguments: [controller]
      ).map { try JSONCoding.decoder().decode(Hello.self, from: $0) }
    }
  }

  /// Remembers that a configuration, or what brings credentials up to `revision`, was refused: it
  /// is not sent again, also not at the next hello, until there is something newer.
  func noteRefused(
    _ subject: ApplyReport.Subject, at revision: UInt64, by controller: ControllerID
  ) throws {
    try database.write { database in
      let column =
        switch subject {
        case .config: "refusedConfig"
        case .credentials: "refusedCredentials"
        }
      try database.execute(
        sql: "UPDATE controller SET \(column) = ? WHERE id = ?",
        arguments: [Int64(clamping: revision), controller.rawValue])
    }
  }

  /// The credential revision that the controller refused last; nil for none.
  func refusedCredentials(of controller: String) throws -> UInt64? {
    try database.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT refusedCredentials FROM controller WHERE id = ?",
        arguments: [controller]
      ).map { UInt64(clamping: $0) }
    }
  }

  /// Keeps how each credential stands at the door.
  func noteStatuses(_ report: ApplyReport, of controller: ControllerID) throws {
    guard report.subject == .credentials else { return }
    try database.write { database in
      let set = try database.cachedStatement(
        sql: """
          UPDATE credential SET status = ?, statusTime = ?
          WHERE id = ? AND controller = ? AND status IS NOT ?
          """)
      for credential in report.credentials ?? [] {
        let status = credential.status.rawValue
        try set.execute(arguments: [
          status, Self.now(), credential.id, controller.rawValue, status,
        ])
      }
      guard report.applied, report.credentials == nil else { return }
      // A snapshot or a repair: what the door has at that revision is what is here.
      try database.execute(
        sql: """
          UPDATE credential SET status = CASE WHEN active THEN 'active' ELSE 'revoked' END,
            statusTime = ? WHERE controller = ? AND status = 'pending' AND revision <= ?
          """,
        arguments: [Self.now(), controller.rawValue, Int64(clamping: report.revision)])
    }
  }

  /// Keeps the revision in force where the last hello said an older one.
  func note(_ report: ApplyReport, of controller: ControllerID) throws {
    guard var hello = try hello(of: controller.rawValue) else { return }
    switch report.subject {
    case .config: hello.configRevision = report.revision
    case .credentials: hello.credentialRevision = report.revision
    }
    try note(hello)
  }

  func note(_ state: StateReport) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE controller SET state = ? WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(state)), state.controller])
    }
  }

  func note(_ telemetry: TelemetryReport) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE controller SET telemetry = ? WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(telemetry)), telemetry.controller])
    }
  }

  /// What a controller last said of how it is; nil before the first word.
  func telemetry(of controller: String) throws -> TelemetryReport? {
    try database.read { database in
      try Data.fetchOne(
        database, sql: "SELECT telemetry FROM controller WHERE id = ? AND telemetry IS NOT NULL",
        arguments: [controller]
      ).map { try JSONCoding.decoder().decode(TelemetryReport.self, from: $0) }
    }
  }

  func note(_ upload: LogUpload) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE controller SET logs = ? WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(upload)), upload.controller])
    }
  }

  func note(_ report: DiagnosisReport) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE controller SET diagnosis = ? WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(report)), report.controller])
    }
  }

  /// What a controller last found of itself; nil before the first time.
  func diagnosis(of controller: String) throws -> DiagnosisReport? {
    try database.read { database in
      try Data.fetchOne(
        database, sql: "SELECT diagnosis FROM controller WHERE id = ? AND diagnosis IS NOT NULL",
        arguments: [controller]
      ).map { try JSONCoding.decoder().decode(DiagnosisReport.self, from: $0) }
    }
  }

  /// What a controller last said of its log; nil before the first time.
  func logs(of controller: String) throws -> LogUpload? {
    try database.read { database in
      try Data.fetchOne(
        database, sql: "SELECT logs FROM controller WHERE id = ? AND logs IS NOT NULL",
        arguments: [controller]
      ).map { try JSONCoding.decoder().decode(LogUpload.self, from: $0) }
    }
  }

  func isEnrolled(_ controller: ControllerID) throws -> Bool {
    try database.read { database in
      try Bool.fetchOne(
        database, sql: "SELECT 1 FROM controller WHERE id = ?", arguments: [controller.rawValue])
        == true
    }
  }

  /// The last word of each controller; `hello` and `state` nil for one never heard of.
  func controllers() throws -> [(id: String, hello: Hello?, state: StateReport?)] {
    try database.read { database in
      try Row.fetchAll(database, sql: "SELECT id, hello, state FROM controller ORDER BY id").map {
        row in
        let decoder = JSONCoding.decoder()
        return (
          row["id"], try (row["hello"] as Data?).map { try decoder.decode(Hello.self, from: $0) },
          try (row["state"] as Data?).map { try decoder.decode(StateReport.self, from: $0) }
        )
      }
    }
  }

  /// The doors of each scope, as last configured.
  func scopes(of controller: String) throws -> [ScopeID: Set<DoorID>] {
    let document = try database.read { database in
      try Data.fetchOne(
        database, sql: "SELECT config FROM controller WHERE id = ? AND config IS NOT NULL",
        arguments: [controller]
      ).map { try JSONCoding.decoder().decode(ConfigurationDocument.self, from: $0) }
    }
    return Dictionary(
      (document?.scopes ?? []).compactMap { scope in
        ScopeID(scope.id).map { ($0, Set(scope.doors.compactMap(DoorID.init))) }
      }, uniquingKeysWith: { first, _ in first })
  }
}
