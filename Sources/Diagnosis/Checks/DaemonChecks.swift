import CloudProtocol

/// Whether the daemon serves.
public struct DaemonFacts: Sendable, Hashable {
  /// Nil while it runs; otherwise why it does not answer.
  public var unreachable: String?
  public var uptimeSeconds: Int
  public var software: String
  /// Starts in a row without a stop before.
  public var powerLosses = 0
  public var crashes = 0
  /// What it should serve beside the doors and does not, and why.
  public var unserved: [String: String] = [:]

  /// So many starts in a row without a stop are no chance.
  static let uncleanMin = 3

  public init(unreachable: String?, uptimeSeconds: Int = 0, software: String = "") {
    self.unreachable = unreachable
    self.uptimeSeconds = uptimeSeconds
    self.software = software
  }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("daemon")
    if let unreachable {
      writer.failure(
        "running", "the daemon does not answer: \(unreachable)",
        do: """
          run `systemctl status posternd` and `journalctl -u posternd -n 50`; \
          start it with `systemctl start posternd`
          """)
    } else {
      writer.ok("running", "posternd \(software) has served for \(uptimeSeconds) s")
    }
    for (name, cause) in unserved.sorted(by: { $0.key < $1.key }) {
      writer.failure(
        "unserved", "\(name) is not served: \(cause)",
        do:
          "mend the address or the file that is named, in `console` of the settings or on the disk; "
          + "it is tried again every few seconds")
    }
    if powerLosses + crashes >= Self.uncleanMin, powerLosses >= crashes {
      writer.failure(
        "power", "the power of the controller was gone \(powerLosses) times in a row",
        do: "measure the supply while a lock pulls: it dips. Feed the locks from a supply of their "
          + "own, or from a larger one; look at the plug, the fuse and the battery")
    } else if powerLosses + crashes >= Self.uncleanMin {
      writer.failure(
        "crashes", "the daemon ended \(crashes) times in a row without being stopped",
        do: "`journalctl -u posternd -p warning` says why; send a `postern support-bundle`")
    }
    return writer.checks
  }
}

/// The settings file.
public struct SettingsFacts: Sendable, Hashable {
  public var path: String
  /// Each with its place in the file; empty is good.
  public var problems: [String]
  public var simulated: Bool

  public init(path: String, problems: [String], simulated: Bool) {
    self.path = path
    self.problems = problems
    self.simulated = simulated
  }

  /// The most problems that get a line of their own.
  static let shownMax = 20

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("settings")
    guard problems.isEmpty else {
      for problem in problems.prefix(Self.shownMax) {
        writer.failure(
          "rejected", "\(path): \(problem)",
          do: "correct it, and check it with `postern config check \(path)`")
      }
      return writer.checks
    }
    writer.ok("accepted", "\(path) is good")
    if simulated {
      writer.warning(
        "simulated", "the hardware is simulated: no door moves",
        do: "set hardware.driver to gpiod, unless this is a demonstration")
    }
    return writer.checks
  }
}

/// The configuration and credentials from the cloud.
public struct PolicyFacts: Sendable, Hashable {
  public var configRevision: UInt64
  public var credentialRevision: UInt64
  public var credentials: Int
  /// Doors of the settings that the cloud has not configured.
  public var unconfiguredDoors: [String]

  public init(
    configRevision: UInt64, credentialRevision: UInt64, credentials: Int,
    unconfiguredDoors: [String]
  ) {
    self.configRevision = configRevision
    self.credentialRevision = credentialRevision
    self.credentials = credentials
    self.unconfiguredDoors = unconfiguredDoors
  }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("policy")
    if configRevision == 0 {
      writer.failure(
        "configuration", "no configuration has been received yet: nobody can enter",
        do: "connect to the cloud once, or push a configuration")
    } else {
      writer.ok("configuration", "configuration \(configRevision) is in force")
    }
    if configRevision > 0, !unconfiguredDoors.isEmpty {
      writer.warning(
        "doors", "the cloud has no configuration for \(unconfiguredDoors.joined(separator: ", "))",
        do: "add it in the cloud under the same id, or take it out of the settings")
    }
    if credentials == 0 {
      writer.warning(
        "credentials", "there is no credential: nobody can enter by card or PIN",
        do: "issue one in the cloud, then run `postern sync`")
    } else {
      writer.ok("credentials", "\(credentials) credentials, revision \(credentialRevision)")
    }
    return writer.checks
  }
}
