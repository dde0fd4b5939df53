import Foundation
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Values as lines of JSON, for as long as somebody listens and the console runs.
struct LineStreamBody<Item: Encodable & Sendable> {
  /// A line of nothing, so that a dead consumer is noticed.
  static var keepAliveSeconds: Int { 15 }
  /// The most values that wait for a slow consumer; the oldest go first.
  static var waitingMax: Int { 4_096 }

  let items: AsyncStream<Item>
  /// What to say between two values when some that were between them are lost; nil for nothing.
  var gap: (@Sendable (_ last: Item, _ next: Item) -> Item?)?

  func response() -> Response {
    let body = ResponseBody { writer in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // The headers go out at once, not with the first value.
      try await writer.write(ByteBuffer(string: "\n"))
      // A follower must not hold up the end of the daemon.
      var last: Item?
      for await line in merged().cancelOnGracefulShutdown() {
        var buffer = ByteBuffer()
        if let line {
          if let last, let lost = gap?(last, line) {
            buffer.writeBytes(try encoder.encode(lost))
            buffer.writeString("\n")
          }
          last = line
          buffer.writeBytes(try encoder.encode(line))
        }
        buffer.writeString("\n")
        try await writer.write(buffer)
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
  }

  /// Values, and nil for each keep-alive.
  func merged() -> AsyncStream<Item?> {
    AsyncStream(bufferingPolicy: .bufferingNewest(Self.waitingMax)) { continuation in
      let pump = Task {
        for await item in items { continuation.yield(item) }
        continuation.finish()
      }
      let ticks = Task {
        while !Task.isCancelled {
          // A cancelled sleep is the end of the loop.
          try? await Task.sleep(for: .seconds(Self.keepAliveSeconds))
          continuation.yield(nil)
        }
      }
      continuation.onTermination = { _ in
        pump.cancel()
        ticks.cancel()
      }
    }
  }
}
