/// How one class of credentials is treated without the cloud and without a trusted clock.
public struct CredentialClass: Sendable, Hashable {
  /// Name of the class of credentials that name no class.
  public static let standardName = "standard"
  /// Name of the class of static codes, one per door, that must work when all else is down.
  public static let backupName = "backup"
  /// Name of the class of keys that were issued without the cloud.
  public static let offlineName = "offline"
  /// How many hours the cache is valid without the cloud, unless configured.
  public static let offlineHoursDefault = 72
  /// How many hours before that end the cache is in its ``CacheFreshness/grace``.
  public static let graceHoursDefault = 12

  /// What happens to a credential or a door that depends on the time when the clock is unknown.
  public enum UnknownClock: String, Sendable, Hashable, CaseIterable {
    /// Deny what depends on the time.
    case deny
    /// Ignore the time.
    case allow
  }

  /// Hours since the last message of the cloud after which every credential of this class is
  /// denied; nil has no end.
  public var offlineHours: Int?
  /// How many hours before that end the grace time begins.
  public var graceHours: Int
  public var unknownClock: UnknownClock

  public init(
    offlineHours: Int? = offlineHoursDefault, graceHours: Int = graceHoursDefault,
    unknownClock: UnknownClock = .deny
  ) {
    self.offlineHours = offlineHours
    self.graceHours = graceHours
    self.unknownClock = unknownClock
  }

  /// Names of the classes that exist without configuration.
  public static let builtInNames = [standardName, backupName, offlineName]

  /// Classes that exist without configuration. A backup code works without the cloud for ever and
  /// ignores an unknown clock. An offline key carries its own end, and needs a clock for it. Every
  /// other class is like the standard one.
  public static func builtIn(named name: String) -> CredentialClass? {
    switch name {
    case backupName: CredentialClass(offlineHours: nil, unknownClock: .allow)
    case offlineName: CredentialClass(offlineHours: nil, unknownClock: .deny)
    default: nil
    }
  }

  /// Whether the cache is still valid for this class.
  public func freshness(cacheAgeSeconds age: Int64) -> CacheFreshness {
    guard let offlineHours else { return .fresh }
    if age >= Int64(offlineHours) * 3_600 { return .expired }
    return age >= Int64(offlineHours - graceHours) * 3_600 ? .grace : .fresh
  }
}

/// How valid the cache is without the cloud.
public enum CacheFreshness: String, Sendable, Hashable, CaseIterable {
  /// Valid, and not near its end.
  case fresh
  /// Still valid, and about to expire.
  case grace
  /// No longer valid: credentials of the class are denied.
  case expired
}
