import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The table `controller`: who is enrolled, under which key, and what each reported last. The
/// columns of its configuration belong to ``ConfigurationTable``.
struct ControllerTable {
  let database: DatabasePool

  // MARK: Enrolment

  func enrol(_ controller: ControllerID, credentialKey: [UInt8]) throws {
    try database.write { database in
      guard try !Self.isEnrolled(controller.rawValue, database) else {
        throw CloudProblem("\(controller) is enrolled already")
      }
      try database.execute(
        sql: "INSERT INTO controller (id, credentialKey) VALUES (?, ?)",
        arguments: [controller.rawValue, Data(credentialKey)])
      // A desk may have been certified for it before.
      try KnownPersonTable.refresh(controller.rawValue, database)
    }
  }

  func isEnrolled(_ controller: ControllerID) throws -> Bool {
    try database.read { try Self.isEnrolled(controller.rawValue, $0) }
  }

  private static func isEnrolled(_ controller: String, _ database: Database) throws -> Bool {
    try database.finds(sql: "SELECT 1 FROM controller WHERE id = ?", arguments: [controller])
  }

  func requireEnrolled(_ controller: String) throws {
    try database.read { try Self.requireEnrolled(controller, $0) }
  }

  static func requireEnrolled(_ controller: String, _ database: Database) throws {
    guard try isEnrolled(controller, database) else {
      let known = try String.fetchAll(database, sql: "SELECT id FROM controller")
      throw CloudProblem(
        "there is no controller \(controller); enrol it first, \(KnownPlaces.listed(known))")
    }
  }

  // MARK: The key of its credentials

  /// Credentials that are issued from now on are digested under this key. Older ones stay as they
  /// are, since their values are stored nowhere.
  func replaceCredentialKey(of controller: ControllerID, by key: [UInt8]) throws {
    try database.write { database in
      try Self.requireEnrolled(controller.rawValue, database)
      try database.execute(
        sql: "UPDATE controller SET credentialKey = ? WHERE id = ?",
        arguments: [Data(key), controller.rawValue])
    }
  }

  func digester(of controller: String) throws -> CredentialDigester {
    try database.read { try Self.digester(of: controller, $0) }
  }

  static func digester(of controller: String, _ database: Database) throws -> CredentialDigester {
    try requireEnrolled(controller, database)
    let key = try Data.fetchOne(
      database, sql: "SELECT credentialKey FROM controller WHERE id = ?", arguments: [controller])
    guard let key, let digester = CredentialDigester(keyBytes: Array(key)) else {
      throw CloudProblem("the credential key of \(controller) is damaged")
    }
    return digester
  }

  // MARK: Reports

  /// Stores a report in place of the one before.
  func store(_ report: some LatestReport) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE controller SET \(type(of: report).column) = ? WHERE id = ?",
        arguments: [try storedJSON(report), report.controller])
    }
  }

  /// The latest report of this kind; nil before the first.
  func latest<Report: LatestReport>(_ type: Report.Type, of controller: String) throws -> Report? {
    try database.read { try Self.latest(type, of: controller, $0) }
  }

  static func latest<Report: LatestReport>(
    _ type: Report.Type, of controller: String, _ database: Database
  ) throws -> Report? {
    try database.fetchJSON(
      type, sql: "SELECT \(type.column) FROM controller WHERE id = ?", arguments: [controller])
  }

  /// Every controller with its latest hello and state; nil before the first.
  func all() throws -> [(id: String, hello: Hello?, state: StateReport?)] {
    try database.read { database in
      try Row.fetchAll(database, sql: "SELECT id, hello, state FROM controller ORDER BY id").map {
        (
          $0["id"], try $0.json(Hello.self, in: Hello.column),
          try $0.json(StateReport.self, in: StateReport.column)
        )
      }
    }
  }

  // MARK: What an older controller would ignore

  /// Throws if the last hello of one of the controllers does not name each feature.
  static func requireAbility(
    _ needed: [Hello.Feature], of controllers: @autoclosure () throws -> [String],
    _ database: Database
  ) throws {
    guard !needed.isEmpty else { return }
    for controller in try controllers() {
      try requireAbility(needed, of: latest(Hello.self, of: controller, database))
    }
  }

  /// Throws if the hello does not name each feature. A controller that was never here, nil, is asked
  /// when it comes, see ``ignored(by:)``.
  static func requireAbility(_ needed: [Hello.Feature], of hello: Hello?) throws {
    guard let hello, let missing = hello.lacks(needed).first else { return }
    throw CloudProblem(
      "\(hello.controller) runs \(hello.software), which does not know \(missing.rawValue) and would "
        + "ignore them; update it first")
  }

  /// What the controller ignores of the persons that it knows, its credentials and its configuration.
  func ignored(by hello: Hello) throws -> [Hello.Feature] {
    let lacking = hello.lacks(PersonRecord.features)
    let credentials = CredentialRecord.features.filter { !hello.lacks([$0.feature]).isEmpty }
    guard !lacking.isEmpty || !credentials.isEmpty else { return [] }
    return try database.read { database in
      let configured =
        try ConfigurationTable.present(of: hello.controller, database)?.neededFeatures ?? []
      let ofPersons = try lacking.filter { feature in
        try configured.contains(feature)
          || database.finds(
            sql: """
              SELECT 1 FROM knownPerson AS known JOIN person ON person.id = known.person
              WHERE known.controller = ? AND json_extract(CAST(record AS TEXT), ?) IS NOT NULL
              """, arguments: [hello.controller, "$.\(feature.rawValue)"])
      }
      let ofCredentials = try credentials.filter {
        try database.finds(
          sql: """
            SELECT 1 FROM credential WHERE controller = ? AND active
              AND json_extract(CAST(record AS TEXT), ?) IS NOT NULL
            """, arguments: [hello.controller, "$.\($0.member)"])
      }
      return ofPersons + ofCredentials.map(\.feature)
    }
  }

  // MARK: Revisions at the controller

  /// Stores the revision in force in the latest hello. What the controller told of itself before a
  /// new one is overtaken.
  func storeInForce(_ report: ApplyReport, of controller: ControllerID) throws {
    guard var hello = try latest(Hello.self, of: controller.rawValue) else { return }
    let before = (hello.configRevision, hello.credentialRevision)
    switch report.subject {
    case .config: hello.configRevision = report.revision
    case .credentials: hello.credentialRevision = report.revision
    }
    try store(hello)
    guard before != (hello.configRevision, hello.credentialRevision) else { return }
    try database.write { database in
      try database.execute(
        sql: "UPDATE controller SET telemetryOvertaken = 1 WHERE id = ?",
        arguments: [controller.rawValue])
    }
  }

  /// Stores that a configuration, or the credentials up to `revision`, were refused: they are not
  /// sent again, not even after the next hello, until there is something newer.
  func storeRefused(
    _ subject: ApplyReport.Subject, at revision: UInt64, by controller: ControllerID
  ) throws {
    let column =
      switch subject {
      case .config: "refusedConfig"
      case .credentials: "refusedCredentials"
      }
    try database.write { database in
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
}
