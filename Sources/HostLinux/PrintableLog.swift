import CloudProtocol
public import Logging

/// Passes each line on to another handler with its control characters as visible escapes, so that
/// text which others wrote cannot look like a line of its own.
public struct PrintableLogHandler: LogHandler {
  private var handler: any LogHandler

  public init(_ handler: any LogHandler) { self.handler = handler }

  public var logLevel: Logger.Level {
    get { handler.logLevel }
    set { handler.logLevel = newValue }
  }

  public var metadata: Logger.Metadata {
    get { handler.metadata }
    set { handler.metadata = newValue }
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { handler[metadataKey: key] }
    set { handler[metadataKey: key] = newValue }
  }

  public func log(event: LogEvent) {
    var event = event
    event.message = "\(event.message.description.printable)"
    handler.log(event: event)
  }
}
