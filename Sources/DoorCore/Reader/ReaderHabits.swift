/// What a reader does by itself, without anybody who means it.
public struct ReaderHabits: Sendable, Hashable {
  /// Range of ``presentationMilliseconds``.
  public static let presentationRange = 0...10_000

  /// A card that is read again within this time of its last reading is still the same presentation;
  /// 0 makes every reading one of its own.
  public var presentationMilliseconds: Int
  /// Nil for a reader that does not report by itself that it works.
  public var supervision: Supervision?

  /// A time outside its range is moved to the nearest limit.
  public init(presentationMilliseconds: Int = 2_000, supervision: Supervision? = nil) {
    let range = Self.presentationRange
    self.presentationMilliseconds = min(
      max(presentationMilliseconds, range.lowerBound), range.upperBound)
    self.supervision = supervision
  }
}
