import DoorRules

extension DocumentReader {
  /// The opening hours of a document; nil for a document that names none. Hours that cannot be
  /// read are noted and come back as a week that is closed.
  mutating func hours(_ week: WeekDocument?, _ path: String) -> WeeklyHours? {
    guard let week else { return nil }
    do {
      return try WeeklyHours(
        parsing: week.mapValues { windows in windows.map { (from: $0.from, to: $0.to) } })
    } catch {
      for problem in error.problems { note("\(path).\(problem.path)", problem.message) }
      return WeeklyHours()
    }
  }
}
