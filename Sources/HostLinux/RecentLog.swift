import CloudProtocol
public import DoorPorts
import Foundation
public import Logging
import Synchronization

/// Keeps the last log lines in memory, for the cloud and the technician.
public final class RecentLog: RecentLines {
  private struct State {
    var lines: [String] = []
    var dropped = 0
  }
  private let state = Mutex(State())

  public init() {}

  public func recent() -> (lines: [String], dropped: Int) {
    state.withLock { ($0.lines, $0.dropped) }
  }

  fileprivate func take(_ line: String) {
    state.withLock { state in
      state.lines.append(String(line.prefix(LogUpload.lineCharactersMax)))
      guard state.lines.count > LogUpload.linesMax else { return }
      state.lines.removeFirst()
      state.dropped += 1
    }
  }

  /// A handler that writes here; combine it with one that prints.
  public func handler() -> any LogHandler { RecentLogHandler(log: self) }
}

private struct RecentLogHandler: LogHandler {
  let log: RecentLog
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    log.take("\(Date.now.ISO8601Format()) \(event.level): \(event.message)".printable)
  }
}
