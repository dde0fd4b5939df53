public import DoorRules

extension HoursDocument {
  /// The hours in terms of the rules. Throws every problem, by path below the hours.
  public func validated() throws(WeeklyHours.ParseFailure) -> WeeklyHours {
    func pairs(_ windows: [WindowDocument]) -> [WeeklyHours.Window] {
      windows.map { (from: $0.from, to: $0.to) }
    }
    return try WeeklyHours(
      parsing: days.mapValues(pairs), exceptions: exceptions.mapValues(pairs))
  }
}

extension DocumentReader {
  /// The hours of a document; nil for a document without any. Hours that cannot be read are noted
  /// and returned as a closed week.
  mutating func hours(_ document: HoursDocument?, _ path: String) -> WeeklyHours? {
    guard let document else { return nil }
    do {
      return try document.validated()
    } catch {
      for problem in error.problems { note("\(path).\(problem.path)", problem.message) }
      return WeeklyHours()
    }
  }
}
