import CloudProtocol
import DoorRules
import WiegandCodec

/// The lists of the contract, as `deploy/protocol` shows them.
enum ProtocolLists {
  /// The tables of the README, by the name in their marker.
  static let tables: [(name: String, text: String)] = [
    (
      "categories",
      table(
        ["category", "meaning"],
        EventCategory.allCases.map { [code($0.rawValue), $0.meaning] })
    ),
    (
      "events",
      table(
        ["type", "title", "category", "urgent", "lane", "members", "`reason`"],
        EventType.allCases.map { type in
          [
            code(type.wireName), type.title, code(type.category.rawValue),
            type.isUrgent ? "urgent" : "", type.lane == .own ? "" : type.lane.rawValue,
            type.subjects.map { code($0.rawValue) }.joined(separator: " "), type.reason ?? "",
          ]
        })
    ),
    (
      "lanes",
      table(
        ["lane", "meaning"], EventLane.allCases.map { [code($0.rawValue), $0.meaning] })
    ),
    (
      "details",
      table(
        ["type", "member", "meaning"],
        EventType.allCases.flatMap { type in
          type.detail.map { [code(type.name), code($0.name), $0.meaning] }
        })
    ),
    (
      "alarms",
      table(["alarm", "meaning"], AlarmReason.allCases.map { [code($0.rawValue), $0.meaning] })
    ),
    (
      "denials",
      table(
        ["reason", "what the member sees", "meaning"],
        DenialReason.allCases.map { [code($0.rawValue), $0.memberText, $0.sentence] })
    ),
    (
      "commands",
      table(
        ["kind", "what it does", "required", "optional", "seconds"],
        Command.Kind.allCases.map { kind in
          [
            code(kind.rawValue), kind.meaning,
            kind.required.map { code($0.rawValue) }.joined(separator: " "),
            kind.optional.map { code($0.rawValue) }.joined(separator: " "),
            String(kind.lifetime.secondsMax),
          ]
        })
    ),
    (
      "rights",
      table(
        ["right", "what it signs", "commands", "for some doors"],
        KeyRight.allCases.map { right in
          [
            code(right.rawValue), right.meaning,
            Command.Kind.allCases.filter { $0.right == right }.map { code($0.rawValue) }
              .joined(separator: " "), right.isForDoors ? "yes" : "",
          ]
        })
    ),
    (
      "outcomes",
      table(
        ["outcome", "meaning"],
        CommandResult.Outcome.allCases.map { [code($0.rawValue), $0.meaning] })
    ),
    (
      "refusals",
      table(
        ["cause", "meaning"],
        EnvelopeRefusal.Cause.allCases.map { [code($0.rawValue), $0.meaning] }
          + IntakeRefusal.allCases.map { [code($0.rawValue), $0.meaning] })
    ),
    (
      "features",
      table(
        ["feature", "meaning"],
        Hello.Feature.allCases.map { [code($0.rawValue), $0.meaning] })
    ),
    (
      "statuses",
      table(
        ["status", "meaning"],
        CredentialOutcome.Status.allCases.map { [code($0.rawValue), $0.meaning] })
    ),
    (
      "formats",
      table(
        ["format", "bits", "facility", "largest facility", "largest number", "issue"],
        FormatTable.standard.formats.map { format in
          [
            code(format.name), String(format.bitCount),
            format.facility.isEmpty ? "`-`" : "a number",
            format.facility.isEmpty ? "" : largest(format.facility.count),
            largest(format.card.count), format.issue.isEmpty ? "" : "`:i` and its number follow",
          ]
        })
    ),
  ]

  /// The largest number of so many bits.
  private static func largest(_ bits: Int) -> String { String((UInt64(1) << UInt64(bits)) - 1) }

  /// The lists at the end of `asyncapi.yaml`, for programs.
  static var extensions: String {
    let types = EventType.allCases.map { type in
      "  - {type: \(type.wireName), category: \(type.category.rawValue), urgent: \(type.isUrgent)}"
    }
    let reasons = DenialReason.allCases.map { "  - \($0.rawValue)" }
    return "x-event-types:\n" + types.joined(separator: "\n") + "\nx-denial-reasons:\n"
      + reasons.joined(separator: "\n") + "\n"
  }

  private static func code(_ text: String) -> String { "`\(text)`" }

  private static func table(_ names: [String], _ rows: [[String]]) -> String {
    let head = [names, names.map { _ in "---" }]
    return (head + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}
