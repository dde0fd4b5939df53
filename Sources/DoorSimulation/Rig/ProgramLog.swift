import Logging

/// Passes the program's log lines to the checkers.
struct ProgramLog: LogHandler, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  let onLine: (String) -> Void
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  init(onLine: @escaping (String) -> Void) { self.onLine = onLine }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { onLine("\(event.message)") }
}
