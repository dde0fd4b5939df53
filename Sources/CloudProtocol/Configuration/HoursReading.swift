public import DoorRules

extension HoursDocument {
  /// The hours as the rules use them. Throws every problem, by path below the hours.
  public func validated() throws(WeeklyHours.ParseFailure) -> WeeklyHours {
    func pairs(_ windows: [WindowDocument]) -> [WeeklyHours.Window] {
      windows.map { (from: $0.from, to: $0.to) }
    }
    return try WeeklyHours(
      parsing: days.mapValues(pairs), exceptions: exceptions.mapValues(pairs))
  }
}

extension DocumentReader {
  /// The opening hours of a document; nil for a document that names none. Hours that cannot be
  /// read are noted and come back as a week that is closed.
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
