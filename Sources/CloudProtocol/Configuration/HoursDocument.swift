/// Weekly hours on the wire:
/// `{"monday":[{"from":"09:00","to":"17:00"}], …, "exceptions":{"2026-12-24":[…]}}`. A day that is
/// absent is closed; an exception replaces the windows of its date's weekday.
public struct HoursDocument: Sendable, Hashable, Codable, ExpressibleByDictionaryLiteral {
  /// By the names `monday` to `sunday`.
  public var days: [String: [WindowDocument]]
  /// By date, `YYYY-MM-DD`.
  public var exceptions: [String: [WindowDocument]]

  public init(days: [String: [WindowDocument]], exceptions: [String: [WindowDocument]] = [:]) {
    self.days = days
    self.exceptions = exceptions
  }

  public init(dictionaryLiteral elements: (String, [WindowDocument])...) {
    self.init(days: Dictionary(elements, uniquingKeysWith: { _, later in later }))
  }

  private static let exceptionsKey = "exceptions"

  private struct DayKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: DayKey.self)
    days = [:]
    exceptions = [:]
    for key in container.allKeys {
      if key.stringValue == Self.exceptionsKey {
        exceptions = try container.decode([String: [WindowDocument]].self, forKey: key)
      } else {
        days[key.stringValue] = try container.decode([WindowDocument].self, forKey: key)
      }
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: DayKey.self)
    for (day, windows) in days {
      try container.encode(windows, forKey: DayKey(stringValue: day))
    }
    if !exceptions.isEmpty {
      try container.encode(exceptions, forKey: DayKey(stringValue: Self.exceptionsKey))
    }
  }
}

/// One window, `HH:MM` in the facility's time zone.
public struct WindowDocument: Sendable, Hashable, Codable {
  public var from: String
  public var to: String

  public init(from: String, to: String) {
    self.from = from
    self.to = to
  }
}
