/// The result of a diagnosis: one line for each check, with what to do. It names no person, no card
/// number and no secret, so it may go into a support bundle.
public struct DiagnosisReport: Sendable, Hashable, Codable {
  public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    case ok, warning, failure
  }

  /// One line.
  public struct Check: Sendable, Hashable, Codable {
    /// Names the check for programs, such as `line.busy` or `clock.offset`; it does not change.
    public var id: String
    /// What it belongs to: `daemon`, `settings`, `lines`, `readers`, `doors`, `storage`, `clock`,
    /// `network`, `certificates`, `cloud`, `policy` or `machine`.
    public var group: String
    public var outcome: Outcome
    /// What was found, with its figures.
    public var finding: String
    /// What to do; nil when there is nothing to do.
    public var advice: String?

    public init(
      id: String, group: String, outcome: Outcome, finding: String, advice: String? = nil
    ) {
      self.id = id
      self.group = group
      self.outcome = outcome
      self.finding = finding
      self.advice = advice
    }
  }

  public var controller: String
  /// Id of the command that asked; nil if the console asked.
  public var commandID: String?
  public var software: String
  public var simulated: Bool
  /// Wall clock at the end, milliseconds since 1970.
  public var timeMilliseconds: Int64
  public var tookMilliseconds: Int
  public var checks: [Check]
  /// From 1, of ``parts``; absent where there is one part only, of an earlier version.
  public var part: Int?
  public var parts: Int?

  public init(
    controller: String, commandID: String? = nil, software: String, simulated: Bool,
    timeMilliseconds: Int64, tookMilliseconds: Int, checks: [Check]
  ) {
    self.controller = controller
    self.commandID = commandID
    self.software = software
    self.simulated = simulated
    self.timeMilliseconds = timeMilliseconds
    self.tookMilliseconds = tookMilliseconds
    self.checks = checks
  }

  /// The worst outcome of all checks; `ok` without any.
  public var outcome: Outcome {
    if checks.contains(where: { $0.outcome == .failure }) { return .failure }
    return checks.contains { $0.outcome == .warning } ? .warning : .ok
  }
}
