import Dispatch
public import Logging
import Synchronization

/// A log that says with its next line how many were lost before it.
public protocol CountingLog: LogHandler {
  /// So many lines never came to it.
  func noteLost(_ lines: Int)
}

/// Writes log lines on a thread of its own. Whoever logs never waits for a disk, a pipe or a journal
/// that takes nothing; what it cannot take is dropped, and the log itself says how many those were.
public final class PatientLog: Sendable {
  /// The most lines that may wait to be written; one more is dropped.
  public static let waitingMax = 1_000

  private struct State {
    var waiting = 0
    var dropped = 0
  }
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "postern.log", qos: .utility)

  public init() {}

  /// A handler that has `writer` write.
  public func handler(_ writer: any CountingLog) -> any LogHandler {
    PatientLogHandler(log: self, writer: writer)
  }

  /// Waits until what was logged so far is written, at most so long.
  public func flush(milliseconds: Int) {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
  }

  fileprivate func take(_ event: LogEvent, _ writer: any CountingLog) {
    let isTaken = state.withLock { state in
      guard state.waiting < Self.waitingMax else {
        state.dropped += 1
        return false
      }
      state.waiting += 1
      return true
    }
    guard isTaken else { return }
    queue.async { [self] in
      writer.log(event: event)
      let dropped = state.withLock { state in
        state.waiting -= 1
        defer { state.dropped = 0 }
        return state.dropped
      }
      if dropped > 0 { writer.noteLost(dropped) }
    }
  }
}

private struct PatientLogHandler: LogHandler {
  let log: PatientLog
  var writer: any CountingLog

  var logLevel: Logger.Level {
    get { writer.logLevel }
    set { writer.logLevel = newValue }
  }
  var metadata: Logger.Metadata {
    get { writer.metadata }
    set { writer.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { writer[metadataKey: key] }
    set { writer[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) { log.take(event, writer) }
}
