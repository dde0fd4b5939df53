import ConsoleProtocol
import Foundation

/// Replaces persons, credentials and commands by pseudonyms, the same throughout.
struct Redactor {
  private var names: [String: String] = [:]
  private var counts: [String: Int] = [:]

  private mutating func name(_ value: String?, _ kind: String) -> String? {
    guard let value else { return nil }
    if let known = names[value] { return known }
    counts[kind, default: 0] += 1
    let made = "\(kind)-\(counts[kind, default: 1])"
    names[value] = made
    return made
  }

  mutating func redact(_ event: ConsoleEvent) -> ConsoleEvent {
    var event = event
    event.person = name(event.person, "person")
    event.credential = name(event.credential, "credential")
    for (key, value) in event.detail {
      switch key {
      // Free text, names of people, and what identifies an unknown card.
      case "by", "orderedBy", "operator": event.detail[key] = name(value, "operator")
      case "command", "commandID": event.detail[key] = name(value, "command")
      case "reason", "operatorReason", "lastDigits", "digest", "reservationID", "tenantID", "email",
        "name":
        event.detail[key] = "<redacted>"
      default: event.detail[key] = redact(value)
      }
    }
    return event
  }

  /// Text with every name that was seen in an event replaced, longest first.
  func redact(_ text: String) -> String {
    names.filter { $0.key.count >= 3 }.sorted { $0.key.count > $1.key.count }
      .reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
  }
}
