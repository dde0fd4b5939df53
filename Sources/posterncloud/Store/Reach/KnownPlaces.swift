import CloudProtocol
import DoorRules
import GRDB

/// The doors and scopes that there are, to tell a name from a slip: who is excluded from `frnt` would
/// still enter by `front`.
struct KnownPlaces {
  /// So many names are told; the others are counted.
  private static let told = 20

  /// Nil while no controller has a configuration: nothing is known yet.
  private var doors: Set<String>?
  private var scopes: Set<String> = []

  /// Of these controllers; of all for nil. Throws for one that is not enrolled.
  init(at controllers: [String]? = nil, _ database: Database) throws {
    for controller in controllers ?? [] {
      try ControllerTable.requireEnrolled(controller, database)
    }
    for row in try Row.fetchAll(database, sql: "SELECT id, config, state FROM controller") {
      if let controllers, !controllers.contains(try row.decode(forColumn: "id")) { continue }
      guard let configuration = try row.json(ConfigurationDocument.self, in: "config") else {
        continue
      }
      let reported = try row.json(StateReport.self, in: StateReport.column)?.doors.map(\.id) ?? []
      doors = (doors ?? []).union(configuration.doors.map(\.id)).union(reported)
      scopes.formUnion(configuration.scopes.map(\.id))
    }
  }

  /// Throws for the first name that no controller has.
  func check(doors named: [String], scopes namedScopes: [String] = []) throws {
    guard let doors else { return }
    try Self.check(named, "door", among: doors)
    try Self.check(namedScopes, "scope", among: scopes)
  }

  private static func check(_ names: [String], _ kind: String, among known: Set<String>) throws {
    guard let wrong = names.first(where: { !known.contains($0) }) else { return }
    throw CloudProblem("there is no \(kind) \(wrong); \(listed(known))")
  }

  /// What there is instead.
  static func listed(_ known: some Collection<String>) -> String {
    guard !known.isEmpty else { return "there is none yet" }
    let more = known.count > told ? ", and \(known.count - told) more" : ""
    return "there are " + known.sorted().prefix(told).joined(separator: ", ") + more
  }
}

extension CloudStore {
  /// Throws for a door or a scope that none of these controllers, or of all, has.
  func checkPlaces(
    doors: [String], scopes: [String] = [], at controllers: [String]? = nil
  ) throws {
    try database.read { database in
      try KnownPlaces(at: controllers, database).check(doors: doors, scopes: scopes)
    }
  }
}
