/// The result of a command.
public struct CommandResult: Sendable, Hashable, Codable {
  public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// It was verified and is about to act; one of the others follows.
    case received
    /// The hardware moved (or, for identify, sounded).
    case confirmed
    /// It was tried and did not work.
    case failed
    /// It arrived after it had expired.
    case expired
    /// It was not allowed.
    case rejected
    /// The daemon crashed before it was finished; it is never run again.
    case interrupted
  }

  public var commandID: String
  /// The kind of the command, where that could be read: an id that is used for two commands has two
  /// results.
  public var kind: String?
  /// The door that the command names.
  public var door: String?
  public var outcome: Outcome
  /// Members that were ignored, such as misspelled ones; absent for none.
  public var warnings: [Problem]?
  public var reason: String?
  public var simulated: Bool
  /// Wall clock of the result, milliseconds since 1970.
  public var timeMilliseconds: Int64

  public init(
    commandID: String, outcome: Outcome, reason: String?, simulated: Bool, timeMilliseconds: Int64,
    of mark: CommandMark = CommandMark()
  ) {
    self.commandID = commandID
    kind = mark.kind?.rawValue
    door = mark.door
    warnings = mark.warnings.isEmpty ? nil : mark.warnings
    self.outcome = outcome
    self.reason = reason
    self.simulated = simulated
    self.timeMilliseconds = timeMilliseconds
  }
}

extension CommandResult.Outcome {
  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .received: "It was verified and is judged now; exactly one of the others follows."
    case .confirmed: "The hardware moved (for `identify`: the reader beeped)."
    case .failed: "It was tried and did not work."
    case .expired: "It arrived after it had expired."
    case .rejected: "It was not allowed, or is not valid; `reason` says why."
    case .interrupted: "The daemon crashed before it was finished; it is never run again."
    }
  }
}
