import CloudProtocol
import ConsoleProtocol

/// Reads the filters of an event search. An unknown name is refused, since ignoring a filter would
/// show too much.
struct EventQueryReader {
  static let names = [
    "before", "after", "door", "person", "type", "reason", "from", "until", "limit",
  ]
  static let limits = 1...EventQuery.pageLimitMax
  static let limitDefault = 50

  private var texts: [String: String] = [:]

  /// Takes the parameters of the URL, decoded.
  init(_ parameters: some Sequence<(key: Substring, value: Substring)>) throws(ConsoleProblem) {
    for (key, value) in parameters {
      guard Self.names.contains(String(key)) else {
        throw ConsoleProblem(
          .invalid,
          "\(key.prefix(64)): is not a filter; there are \(Self.names.joined(separator: ", "))")
      }
      guard texts.updateValue(String(value), forKey: String(key)) == nil else {
        throw ConsoleProblem(.invalid, "\(key): is given twice")
      }
    }
  }

  func query() throws(ConsoleProblem) -> EventQuery {
    let limit = try number("limit").map { Int(clamping: $0) } ?? Self.limitDefault
    guard Self.limits.contains(limit) else {
      throw ConsoleProblem(
        .invalid,
        "limit: \(limit) is outside \(Self.limits.lowerBound) to \(Self.limits.upperBound)")
    }
    let type = try texts["type"].map { name throws(ConsoleProblem) in
      guard let type = EventType(anyName: name) else {
        throw ConsoleProblem(
          .invalid,
          "type: \(name.prefix(64)) is no type of event; there are \(EventType.suggestion(for: name))"
        )
      }
      return type.wireName
    }
    return EventQuery(
      before: try number("before"), after: try number("after"), door: texts["door"],
      person: texts["person"], type: type, reason: texts["reason"],
      fromMilliseconds: try number("from").map { Int64(clamping: $0) },
      untilMilliseconds: try number("until").map { Int64(clamping: $0) }, limit: limit)
  }

  private func number(_ name: String) throws(ConsoleProblem) -> UInt64? {
    guard let text = texts[name] else { return nil }
    guard let number = UInt64(text), number <= UInt64(Int64.max) else {
      throw ConsoleProblem(.invalid, "\(name): \"\(text.prefix(64))\" is not a whole number")
    }
    return number
  }
}
