import HTTPServing

/// Limits of one console.
public struct ConsoleLimits: Sendable, Hashable {
  /// Connections at once, at least 1; a further one waits until one ends. At the page's last place the
  /// connection goes that has asked for nothing for longest.
  public var connectionsMax: Int
  /// How long a connection may be idle before it is closed, including a half-open one.
  public var idleMilliseconds: Int64
  /// How long a request may take to arrive completely before its connection is closed, however
  /// slowly it drips.
  public var requestMilliseconds: Int64
  /// The largest head of a request, in bytes.
  public var headBytesMax: Int

  public init(
    connectionsMax: Int = 64, idleMilliseconds: Int64 = 60_000,
    requestMilliseconds: Int64 = 10_000, headBytesMax: Int = 16_384
  ) {
    self.connectionsMax = connectionsMax
    self.idleMilliseconds = idleMilliseconds
    self.requestMilliseconds = requestMilliseconds
    self.headBytesMax = headBytesMax
  }

  /// HTTP within these limits.
  var guarded: GuardedHTTP {
    GuardedHTTP(
      connectionsMax: connectionsMax, idleMilliseconds: idleMilliseconds,
      requestMilliseconds: requestMilliseconds, headBytesMax: headBytesMax)
  }
}
