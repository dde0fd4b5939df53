import Hummingbird
import HummingbirdCore
import NIOCore

/// Limits of one console.
public struct ConsoleLimits: Sendable, Hashable {
  /// Connections at once; a further one waits until one ends. At least 1.
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
