/// A value that must not reach a log, a message or a screen: it prints as `<redacted>`.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  private let value: Value

  /// Wraps a value at the place where it enters.
  public init(_ value: Value) { self.value = value }

  /// The value itself; every call deserves a look in review.
  public func reveal() -> Value { value }

  public var description: String { "<redacted>" }
  public var debugDescription: String { "<redacted>" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}
