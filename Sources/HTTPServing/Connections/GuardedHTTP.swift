package import HummingbirdCore
package import Logging
import NIOCore

/// HTTP within limits, so that nobody keeps a server from others: how much of a request is taken, how
/// long it may take to arrive, and who goes when all places are taken.
package struct GuardedHTTP: Sendable {
  private let connections: Int
  private let idleMilliseconds: Int64
  private let requestMilliseconds: Int64
  private let headBytes: Int

  /// `requestMilliseconds` is how long a request may take to arrive completely, from the connection's
  /// start on; `headBytesMax` is the longest head, and twice its longest field.
  package init(
    connectionsMax: Int, idleMilliseconds: Int64, requestMilliseconds: Int64, headBytesMax: Int
  ) {
    connections = connectionsMax
    self.idleMilliseconds = idleMilliseconds
    self.requestMilliseconds = requestMilliseconds
    headBytes = headBytesMax
  }

  /// A server's HTTP; each call makes places of its own. Who is on this machine already keeps a place
  /// until it has had its time: `sheds` is false for them.
  package func http1(sheds: Bool = true) -> HTTPServerBuilder {
    let places = sheds ? ServerPlaces(most: connections) : nil
    let milliseconds = requestMilliseconds
    return .http1(
      configuration: .init(
        additionalChannelHandlers: Self.handlers(places, milliseconds),
        idleTimeout: .milliseconds(idleMilliseconds),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: headBytes / 2, maxHeaderListSize: headBytes,
          maxHeaderFieldCount: 64)))
  }

  private static func handlers(
    _ places: ServerPlaces?, _ milliseconds: Int64
  ) -> [any RemovableChannelHandler] {
    let deadline = RequestDeadline(milliseconds: milliseconds)
    return places.map { [PlaceHolder($0), deadline] } ?? [deadline]
  }

  /// Where all places are taken by requests, a further connection waits until one ends.
  package func available(_ logger: Logger) -> MaximumAvailableConnections {
    MaximumAvailableConnections(connections, logger: logger)
  }
}
