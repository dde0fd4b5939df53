/// What one console takes at most.
public struct ConsoleLimits: Sendable, Hashable {
  /// Connections at once; one more waits until another ends. At least 1.
  public var connectionsMax: Int
  /// A connection that says nothing for so long is closed; half-open ones too.
  public var idleMilliseconds: Int64

  public init(connectionsMax: Int = 64, idleMilliseconds: Int64 = 60_000) {
    self.connectionsMax = connectionsMax
    self.idleMilliseconds = idleMilliseconds
  }
}
