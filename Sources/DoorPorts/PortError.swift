/// What went wrong at the edge of the program: which operation, on what, and what to do.
public struct PortError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds that callers distinguish.
  public enum Code: String, Sendable, Hashable {
    /// The hardware, file or peer is not there.
    case unavailable
    /// Somebody else holds it.
    case busy
    /// Reading or writing failed.
    case inputOutput
    /// The disk is full.
    case full
    /// The content is not what was written.
    case damaged
    /// We asked for something that does not exist or is not allowed.
    case invalid
    /// The name means several things, and which one was meant cannot be known.
    case ambiguous
  }

  public var code: Code
  /// The operation that failed, such as "request line 17 of gpiochip0".
  public var operation: String
  /// What happened, and what to do about it.
  public var detail: String

  public init(_ code: Code, operation: String, detail: String) {
    self.code = code
    self.operation = operation
    self.detail = detail
  }

  public var description: String { "\(operation): \(detail)" }
}
