/// Everything that is wrong with the settings.
public struct SettingsFailure: Error, Sendable, CustomStringConvertible {
  /// In the order in which they were found; at least one.
  public var problems: [SettingsProblem]

  public init(problems: [SettingsProblem]) { self.problems = problems }

  /// One line for each problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong, with its key.
public struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
  /// Dotted, such as `cloud.port`; empty for the file itself.
  public var path: String
  /// What is wrong, where it was read, and what to do.
  public var message: String

  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  /// The key, then what is wrong with it.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
