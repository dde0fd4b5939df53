/// Filters for a page of the event log; nil is no filter.
public struct EventQuery: Sendable, Hashable {
  /// The most events one page may have.
  public static let pageLimitMax = 500

  public var before: UInt64?
  public var after: UInt64?
  public var door: String?
  public var person: String?
  public var type: String?
  public var reason: String?
  /// Milliseconds since 1970; the first is included, the last is not.
  public var fromMilliseconds: Int64?
  public var untilMilliseconds: Int64?
  /// 1 to ``pageLimitMax``.
  public var limit: Int

  public init(
    before: UInt64? = nil, after: UInt64? = nil, door: String? = nil, person: String? = nil,
    type: String? = nil, reason: String? = nil, fromMilliseconds: Int64? = nil,
    untilMilliseconds: Int64? = nil, limit: Int = 50
  ) {
    self.before = before
    self.after = after
    self.door = door
    self.person = person
    self.type = type
    self.reason = reason
    self.fromMilliseconds = fromMilliseconds
    self.untilMilliseconds = untilMilliseconds
    self.limit = min(max(limit, 1), Self.pageLimitMax)
  }
}
