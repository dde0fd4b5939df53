/// The SQL statements of one kind of record, made from its column names. Each record is stored with
/// its hash and its bucket.
struct RowSQL: Sendable {
  /// The first is the key.
  let names: [String]
  /// For a SELECT, qualified by the table.
  let columns: String
  let put: String
  /// The same into the table in which a snapshot is staged.
  let stage: String
  /// Copies all staged rows.
  let takeStaged: String

  init(table: String, names: [String]) {
    self.names = names
    let stagedTable = "staged_\(table)"
    columns = names.map { "\(table).\($0)" }.joined(separator: ", ")
    let all = names + ["hash", "bucket"]
    let list = all.joined(separator: ", ")
    func put(into table: String) -> String {
      let places = all.map { _ in "?" }.joined(separator: ", ")
      let changes = all.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
      return """
        INSERT INTO \(table) (\(list)) VALUES (\(places))
        ON CONFLICT (\(names[0])) DO UPDATE SET \(changes)
        """
    }
    self.put = put(into: table)
    stage = put(into: stagedTable)
    takeStaged = "INSERT INTO \(table) (\(list)) SELECT \(list) FROM \(stagedTable)"
  }
}
