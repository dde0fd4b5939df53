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

  public init(
    controller: String, software: String, bootID: String, sessionNonce: String,
    configRevision: UInt64, credentialRevision: UInt64, logEpoch: String, lastEvent: UInt64,
    acknowledgedEvent: UInt64, clockTrust: String, simulated: Bool,
    credentialDigest: String? = nil, messageBytesMax: Int? = nil
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
  }
}
