/// The first message of a controller after each connect. It names what the controller has, so that
/// the cloud sends only what is missing.
public struct Hello: Sendable, Hashable, Codable {
  /// The version that this controller follows.
  public static let protocolVersion = 1

  public var controller: String
  /// Version of the daemon.
  public var software: String
  /// Names this start of the daemon.
  public var bootID: String
  /// Names this connection; unlock commands repeat it while the clock is untrusted.
  public var sessionNonce: String
  /// Revision of the configuration in force, 0 for none.
  public var configRevision: UInt64
  public var credentialRevision: UInt64
  public var logEpoch: String
  public var lastEvent: UInt64
  public var acknowledgedEvent: UInt64
  public var clockTrust: String
  public var simulated: Bool
  /// ``RecordSetDigest/root`` of the credentials at that revision; absent while it is not known.
  public var credentialDigest: String?
  /// The version of this contract that the controller follows; absent is 1.
  public var protocolVersion: Int?
  /// The kinds of commands that the controller knows; absent are those of version 1.
  public var commands: [String]?
  /// The longest message that reaches the controller, in bytes as it is sent: the least of its own
  /// limit and the broker's. Absent is unknown.
  public var messageBytesMax: Int?
  /// What the controller takes, by the name of the limit; see ``limitsHere``. Absent is unknown.
  public var limits: [String: Int]?
  /// What the controller can beside version 1, see ``Feature``. Absent is nothing.
  public var features: [String]?
  /// The names of the keys by which the controller believes its cloud, at most ``SigningKeys/keysMax``;
  /// absent is unknown.
  public var signingKeys: [String]?
  /// The newest revision that was ever in force, where what is in force is older because the cache was
  /// lost; absent otherwise. The controller takes no older one.
  public var newestConfigRevision: UInt64?
  public var newestCredentialRevision: UInt64?
  /// Ids of the messages and commands that asked for this hello; absent for none.
  public var requestIDs: [String]?
  /// The last day on which this software gets security updates, `YYYY-MM-DD`. Absent is unknown.
  public var supportedUntil: String?

  /// Above this a cloud must number.
  public var highestConfigRevision: UInt64 { max(configRevision, newestConfigRevision ?? 0) }
  public var highestCredentialRevision: UInt64 {
    max(credentialRevision, newestCredentialRevision ?? 0)
  }

  public init(
    controller: String, software: String, bootID: String, sessionNonce: String,
    configRevision: UInt64, credentialRevision: UInt64, logEpoch: String, lastEvent: UInt64,
    acknowledgedEvent: UInt64, clockTrust: String, simulated: Bool,
    credentialDigest: String? = nil, messageBytesMax: Int? = nil, requestIDs: [String]? = nil
  ) {
    self.controller = controller
    self.software = software
    self.bootID = bootID
    self.sessionNonce = sessionNonce
    self.configRevision = configRevision
    self.credentialRevision = credentialRevision
    self.logEpoch = logEpoch
    self.lastEvent = lastEvent
    self.acknowledgedEvent = acknowledgedEvent
    self.clockTrust = clockTrust
    self.simulated = simulated
    self.credentialDigest = credentialDigest
    self.messageBytesMax = messageBytesMax
    protocolVersion = Self.protocolVersion
    commands = Command.Kind.allCases.map(\.rawValue)
    limits = Self.limitsHere
    features = Feature.allCases.map(\.rawValue)
    supportedUntil = SoftwareVersion.supportEnd
    self.requestIDs = requestIDs
  }

  /// What a controller of this version can beside the first version of the contract. A cloud asks for
  /// nothing that the hello does not name.
  public enum Feature: String, Sendable, Hashable, CaseIterable {
    /// A revision and a command id are bound to their content: another one under the same is refused.
    case boundContent
    /// Credentials say `everywhere`; an active one without any place is refused.
    case everywhere
    /// A configuration or delta with `dryRun` is only checked and answered.
    case dryRun
    /// A delta with `baseDigest` is refused where the records at its base are others.
    case baseDigest
    /// Answers name what was ignored, in `warnings`.
    case warnings
    /// Hello, digest and issued name the requests that they answer, in `requestIDs`.
    case requestIDs
    /// A message in which an object has a member twice is refused.
    case singleMembers
    /// A revision that would use up the numbers is refused.
    case boundedRevisions
    /// Payloads of configurations and records may be deflated.
    case deflate

    /// Persons have `exclusions`.
    case exclusions
    /// Persons have `qualifications`, and doors require some.
    case qualifications
    /// Credentials have an `issue`.
    case issueNumbers
    /// Credentials have `unusedDays`.
    case unusedDays
    /// Persons are escorted by others.
    case escort
    /// Areas count who is inside.
    case occupancy
    /// Facilities have `plans`, and the command `plan` starts and ends them.
    case plans
    /// Facilities have `automations`.
    case automations
    /// The controller renews its certificate over MQTT.
    case certificateRenewal

    /// One sentence for the contract.
    public var meaning: String {
      switch self {
      case .boundContent:
        "A revision and a command id stand for one content: another one under the same is refused."
      case .everywhere:
        "An active credential that names no door and no scope must say `everywhere`, or is refused."
      case .dryRun: "A configuration or delta with `dryRun` is only checked and answered."
      case .baseDigest:
        "A delta with `baseDigest` is refused where the records at its base are others."
      case .warnings: "`up/applied` and `up/results` name members that were ignored."
      case .requestIDs: "Hello, digest and issued name the requests that they answer."
      case .singleMembers:
        "A message in which an object has a member twice is refused whole, and told which."
      case .boundedRevisions:
        "A revision above 2^53 - 1, or above half of what is left up to there, is refused."
      case .deflate:
        "The payload of a configuration, an offer or records may be deflated, and the header then says so."
      case .exclusions: "A person's `exclusions` deny, whatever else lets the person in."
      case .qualifications:
        "`requiredQualifications` of a configuration are compared with a person's `qualifications`."
      case .issueNumbers:
        "A credential with `issue` is for that issue of the card; others have reasons of their own."
      case .escort:
        "A person whose `escort` is `needed` enters only with one whose `escort` is `host`."
      case .occupancy:
        "An area with `occupancy` counts who is inside, warns or denies, and makes a muster list."
      case .plans:
        "A plan of `plans` in force lets only the people of its levels pass; the command `plan` is known."
      case .automations:
        "A rule of `automations` acts on outputs, doors and plans when something happens."
      case .unusedDays:
        "A credential with `unusedDays` is suspended when it was not used for so long."
      case .certificateRenewal:
        "`up/renewal` asks for a certificate, and the command `renewCertificate` is known."
      }
    }
  }

  /// Limits of this version by name.
  public static let limitsHere: [String: Int] = [
    "configBytes": EnvelopeLimits.messageBytesMax(.config),
    "credentialsBytes": EnvelopeLimits.messageBytesMax(.credentials),
    "commandBytes": EnvelopeLimits.messageBytesMax(.commands),
    "snapshotBytes": EnvelopeLimits.messageBytesMax(.snapshot),
    "recordsPerMessage": CredentialDelta.recordsMax,
    "chunksPerSnapshot": SnapshotOffer.chunksMax,
    "doors": ConfigurationLimits.doorsMax,
    "scopes": ConfigurationLimits.scopesMax,
    "trustedKeys": SigningKeys.keysMax,
    "eventsPerBatch": EventBatch.eventsMax,
    "batchesInFlight": SyncLimits.batchesInFlightMax,
  ]
}
