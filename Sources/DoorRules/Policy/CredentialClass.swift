/// How one class of credentials may be served without the cloud and without a good clock.
public struct CredentialClass: Sendable, Hashable {
  /// Name of the class of credentials that name none.
  public static let standardName = "standard"
  /// Name of the class of static codes, one per door, that must work when all else is down.
  public static let backupName = "backup"
  /// Name of the class of keys that were issued without the cloud.
  public static let offlineName = "offline"
  /// Hours that the cache serves when the operator says nothing.
  public static let offlineHoursDefault = 72
  /// The last hours before that end, which are told as ``CacheFreshness/grace``.
  public static let graceHoursDefault = 12

  /// What a credential or a door that is bounded in time does when the clock is unknown.
  public enum UnknownClock: String, Sendable, Hashable, CaseIterable {
    /// Deny what is bounded in time.
    case deny
    /// Let pass what is bounded in time as if it were now.
    case allow
  }

  /// Hours since the last word of the cloud after which nothing of this class is served; nil
  /// has no end.
  public var offlineHours: Int?
  /// How many hours before that end the class counts as in its grace time.
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

  /// What a class is that the operator does not configure: a backup code has no end without the
  /// cloud and asks no clock; one that was issued offline carries its own end, and needs a clock
  /// to know it; every other class is like the standard one.
  static func builtIn(named name: String) -> CredentialClass? {
    switch name {
    case backupName: CredentialClass(offlineHours: nil, unknownClock: .allow)
    case offlineName: CredentialClass(offlineHours: nil, unknownClock: .deny)
    default: nil
    }
  }

  /// How old the cache may feel for this class.
  public func freshness(cacheAgeSeconds age: Int64) -> CacheFreshness {
    guard let offlineHours else { return .fresh }
    if age >= Int64(offlineHours) * 3_600 { return .expired }
    return age >= Int64(offlineHours - graceHours) * 3_600 ? .grace : .fresh
  }
}

/// How far the cache can be believed without the cloud.
public enum CacheFreshness: String, Sendable, Hashable, CaseIterable {
  case fresh
  /// Served, and about to end.
  case grace
  case expired
}
