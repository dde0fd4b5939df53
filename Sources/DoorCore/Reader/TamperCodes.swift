/// Key codes by which some readers report that their case was opened or closed; 12 to 15, which are
/// no keys of a PIN.
public struct TamperCodes: Sendable, Hashable {
  /// Codes that a reader may use.
  public static let range: ClosedRange<UInt8> = 12...15

  /// The code for an opened case.
  public var opened: UInt8
  /// Nil where the reader does not report closing.
  public var closed: UInt8?

  /// Both codes, or the one that is used.
  var codes: Set<UInt8> { Set([opened, closed].compactMap { $0 }) }

  /// Nil for a code outside ``range``, or for the same code twice.
  public init?(opened: UInt8, closed: UInt8? = nil) {
    guard Self.range.contains(opened), closed.map(Self.range.contains) ?? true, closed != opened
    else { return nil }
    self.opened = opened
    self.closed = closed
  }
}
