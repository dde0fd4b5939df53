import Foundation
import Hummingbird
import NIOCore
import ServiceLifecycle

/// How values of a stream are separated.
enum StreamFraming: Sendable {
  /// A line of JSON each; https://github.com/ndjson/ndjson-spec
  case lines
  /// https://html.spec.whatwg.org/multipage/server-sent-events.html
  case serverSentEvents

  var contentType: String {
    switch self {
    case .lines: "application/x-ndjson"
    case .serverSentEvents: "text/event-stream"
    }
  }

  /// The bytes of a value, or of a keep-alive for nil.
  func frame(_ json: [UInt8]?) -> [UInt8] {
    switch self {
    case .lines: (json ?? []) + [10]
    case .serverSentEvents:
      json.map { Array("data: ".utf8) + $0 + [10, 10] } ?? Array(": \n\n".utf8)
    }
  }
}

/// Values as lines of JSON, as long as the client reads and the console runs.
struct LineStreamBody<Item: Encodable & Sendable> {
  /// Interval of empty lines, by which a dead client is noticed.
  static var keepAliveSeconds: Int { 15 }
  /// Most values that wait for a slow client; the oldest are dropped first.
  static var waitingMax: Int { 4_096 }

  let items: AsyncStream<Item>
  var framing = StreamFraming.lines
  /// The value to send between two values when some between them were lost; nil for nothing.
  var gap: (@Sendable (_ last: Item, _ next: Item) -> Item?)?

  func response() -> Response {
    let body = ResponseBody { writer in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // Sends the headers at once, not with the first value.
      try await writer.write(ByteBuffer(bytes: framing.frame(nil)))
      // A client that follows must not delay the end of the daemon.
      var last: Item?
      for await item in merged().cancelOnGracefulShutdown() {
        var buffer = ByteBuffer()
        if let item {
          if let last, let lost = gap?(last, item) {
            buffer.writeBytes(framing.frame(Array(try encoder.encode(lost))))
          }
          last = item
          buffer.writeBytes(framing.frame(Array(try encoder.encode(item))))
        } else {
          buffer.writeBytes(framing.frame(nil))
        }
        try await writer.write(buffer)
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: framing.contentType], body: body)
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
