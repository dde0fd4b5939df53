import Hummingbird
import HummingbirdCore
import NIOCore

/// What one console takes at most.
public struct ConsoleLimits: Sendable, Hashable {
  /// Connections at once; one more waits until another ends. At least 1.
  public var connectionsMax: Int
  /// A connection that says nothing for so long is closed; half-open ones too.
  public var idleMilliseconds: Int64
  /// A request that is not whole by then closes its connection, however it drips.
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
  func http1() -> HTTPServerBuilder {
    let milliseconds = requestMilliseconds
    return .http1(
      configuration: .init(
        additionalChannelHandlers: [RequestDeadline(milliseconds: milliseconds)],
        idleTimeout: .milliseconds(idleMilliseconds),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: headBytesMax / 2, maxHeaderListSize: headBytesMax,
          maxHeaderFieldCount: 64)))
  }
}
