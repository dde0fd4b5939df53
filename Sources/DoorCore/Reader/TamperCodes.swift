/// Key codes by which some readers say that their case was opened or closed; 12 to 15, which are
/// no keys.
public struct TamperCodes: Sendable, Hashable {
  /// Codes that a reader may use for it.
  public static let range: ClosedRange<UInt8> = 12...15

  public var opened: UInt8
  /// Nil where closing is not told.
  public var closed: UInt8?

  /// Every code that means something.
  var codes: Set<UInt8> { Set([opened, closed].compactMap { $0 }) }

  /// Nil for a code outside ``range``, or one that would mean both.
  public init?(opened: UInt8, closed: UInt8? = nil) {
    guard Self.range.contains(opened), closed.map(Self.range.contains) ?? true, closed != opened
    else { return nil }
    self.opened = opened
    self.closed = closed
  }
}
