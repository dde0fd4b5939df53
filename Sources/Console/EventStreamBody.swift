import ConsoleProtocol
import Foundation
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Events as lines of JSON, for as long as somebody listens and the console runs.
struct EventStreamBody {
  /// A line of nothing, so that a dead consumer is noticed.
  static let keepAliveSeconds = 15
  /// The most events that wait for a slow consumer; the oldest go first.
  static let waitingMax = 1_000

  let events: AsyncStream<ConsoleEvent>

  func response() -> Response {
    let body = ResponseBody { writer in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // The headers go out at once, not with the first event.
      try await writer.write(ByteBuffer(string: "\n"))
      // A follower must not hold up the end of the daemon.
      for await line in merged().cancelOnGracefulShutdown() {
        var buffer = ByteBuffer()
        if let line { buffer.writeBytes(try encoder.encode(line)) }
        buffer.writeString("\n")
        try await writer.write(buffer)
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
  }

  /// Events, and nil for each keep-alive.
  private func merged() -> AsyncStream<ConsoleEvent?> {
    AsyncStream(bufferingPolicy: .bufferingNewest(Self.waitingMax)) { continuation in
      let pump = Task {
        for await event in events { continuation.yield(event) }
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
