import CloudProtocol

/// Times on the wire: RFC 3339.
enum APITime {
  /// What is said of any other text.
  static let complaint = "is no time such as 2026-11-30T09:00:00Z"

  /// Milliseconds since 1970 of a time such as `2026-11-30T09:00:00Z` or `…T10:00:00.5+01:00`; nil
  /// for anything else, and for years before 1970.
  static func milliseconds(_ text: String) -> Int64? { WrittenTime.milliseconds(text) }

  static func text(_ milliseconds: Int64) -> String {
    CloudEvent.timestamp(milliseconds: milliseconds)
  }
}
