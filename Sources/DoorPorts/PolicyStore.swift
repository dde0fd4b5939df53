public import CloudProtocol
public import DoorRules

/// The cache that the cloud can fill again: configuration, persons and credentials.
public protocol PolicyStore: Sendable {
  /// The configuration in force, as it was accepted; nil before the first.
  func configuration() throws(PortError) -> ConfigurationDocument?

  /// Replaces the configuration in one transaction; keeps the previous one.
  func replaceConfiguration(_ document: ConfigurationDocument) throws(PortError)

  /// Where the credentials stand.
  func credentialPosition() throws(PortError) -> CredentialPosition

  /// Applies a delta in one transaction: all of it or nothing. Refuses, as `invalid`, a delta
  /// whose base is not the present revision (a snapshot has none).
  func apply(_ delta: CredentialDelta) throws(PortError)

  /// Holders of any of these digests, ordered by credential id, at most ``holdersMax``.
  func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder]

  /// The holder of one credential, by its id.
  func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder?

  /// A person and that person's credentials, for an unlock command or an explanation.
  func person(_ id: PersonID) throws(PortError) -> Person?
  func credentials(of person: PersonID) throws(PortError) -> [Credential]
}

extension PolicyStore {
  /// The most holders one look-up returns.
  public static var holdersMax: Int { 16 }
}

/// Revision and size of the credential cache.
public struct CredentialPosition: Sendable, Hashable {
  public var revision: UInt64
  public var credentials: Int
  public var persons: Int

  public init(revision: UInt64, credentials: Int, persons: Int) {
    self.revision = revision
    self.credentials = credentials
    self.persons = persons
  }
}
