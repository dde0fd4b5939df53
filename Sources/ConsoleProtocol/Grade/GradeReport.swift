/// What each row of ``GradeTable`` says of one door, and the grade that nothing stands against.
public struct GradeReport: Sendable, Hashable, Codable {
  /// The grades of the standard.
  public static let grades = 1...4

  /// One row.
  public struct Row: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
      case met, notMet
      case cannotBeTold = "cannot be told by software"
    }

    public var id: String
    public var group: GradeRow.Group
    public var asks: String
    /// The lowest grade that asks for it; nil where no public source says which.
    public var from: Int?
    public var outcome: Outcome
    /// By what it is met, because of what not, or why it cannot be told.
    public var why: String
    /// What to set; nil where nothing is missing.
    public var set: String?
    public var source: GradeSource
  }

  public var door: String
  /// 1 to 4; 0 when a row of grade 1 is not met.
  public var highest: Int
  public var rows: [Row]

  /// Judges every row.
  public init(_ facts: GradeFacts) {
    door = facts.door
    rows = GradeTable.rows.map { row in
      let (outcome, why, set): (Row.Outcome, String, String?) =
        switch row.judge(facts) {
        case .met(let by): (.met, by, nil)
        case .notMet(let why, let set): (.notMet, why, set)
        case .cannotTell(let why): (.cannotBeTold, why, nil)
        }
      return Row(
        id: row.id, group: row.group, asks: row.asks, from: row.from, outcome: outcome, why: why,
        set: set, source: row.source)
    }
    let missing = rows.filter { $0.outcome == .notMet }.compactMap(\.from).min()
    highest = missing.map { $0 - 1 } ?? Self.grades.upperBound
  }

  /// The rows that a grade asks for, and those whose grade nobody says.
  public func rows(upTo grade: Int) -> [Row] { rows.filter { $0.from.map { $0 <= grade } ?? true } }
}
