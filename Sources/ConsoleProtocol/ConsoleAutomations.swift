/// The automations, and what they look at and drive.
public struct ConsoleAutomations: Sendable, Hashable, Codable {
  public var inputs: [Input]
  public var outputs: [Output]
  /// In the order of the configuration.
  public var automations: [ConsoleAutomation]

  /// An auxiliary input.
  public struct Input: Sendable, Hashable, Codable {
    public var id: String
    public var active: Bool
    /// It counts as inactive, and triggers nothing.
    public var masked: Bool

    public init(id: String, active: Bool, masked: Bool) {
      self.id = id
      self.active = active
      self.masked = masked
    }
  }

  /// An auxiliary output.
  public struct Output: Sendable, Hashable, Codable {
    public var id: String
    public var active: Bool

    public init(id: String, active: Bool) {
      self.id = id
      self.active = active
    }
  }

  public init(inputs: [Input], outputs: [Output], automations: [ConsoleAutomation]) {
    self.inputs = inputs
    self.outputs = outputs
    self.automations = automations
  }
}

/// An automation as it stands; its parts in words.
public struct ConsoleAutomation: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  public var when: String
  public var `while`: String?
  public var then: [String]
  /// How it ends; absent for one whose deeds stay.
  public var ends: String?
  /// What it did lasts.
  public var running: Bool
  /// Until when, in milliseconds since 1970; absent for what ends with its trigger.
  public var untilMilliseconds: Int64?
  /// Since the start of the daemon.
  public var runs: Int
  /// How often it was to act and did not, since it was too often.
  public var leftOut: Int
  public var lastRunMilliseconds: Int64?
  /// Why `while` is not so now; absent when it is.
  public var notSo: String?
  /// Why the last trigger did nothing, and when that was; absent when it did.
  public var lastRefusal: String?
  public var lastRefusalMilliseconds: Int64?

  public init(
    id: String, name: String, when: String, while condition: String? = nil, then: [String],
    ends: String? = nil, running: Bool = false, untilMilliseconds: Int64? = nil, runs: Int = 0,
    leftOut: Int = 0, lastRunMilliseconds: Int64? = nil, notSo: String? = nil,
    lastRefusal: String? = nil, lastRefusalMilliseconds: Int64? = nil
  ) {
    self.id = id
    self.name = name
    self.when = when
    self.while = condition
    self.then = then
    self.ends = ends
    self.running = running
    self.untilMilliseconds = untilMilliseconds
    self.runs = runs
    self.leftOut = leftOut
    self.lastRunMilliseconds = lastRunMilliseconds
    self.notSo = notSo
    self.lastRefusal = lastRefusal
    self.lastRefusalMilliseconds = lastRefusalMilliseconds
  }
}
