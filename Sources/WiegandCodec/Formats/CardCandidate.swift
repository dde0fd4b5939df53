public import DoorRules

/// A frame as one format reads it. It prints without its numbers.
public struct CardCandidate: Sendable, Hashable {
  /// Name of the format.
  public var format: String
  /// Nil when the format has no such field.
  public var facility: UInt64?
  /// The card number.
  public var card: UInt64
  /// Nil when the format has no such field.
  public var issue: UInt64?

  public init(format: String, facility: UInt64?, card: UInt64, issue: UInt64? = nil) {
    self.format = format
    self.facility = facility
    self.card = card
    self.issue = issue
  }

  /// The text that is digested: the format and every field, so that a match is never a partial
  /// match. `card:H10301:12:345`; a missing facility is `-`, an issue is `:i1`.
  public var canonical: Secret<String> { text(issue.map { ":i\($0)" } ?? "") }

  /// The text of any issue of the card, for a credential that names the issue beside it.
  public var canonicalOfAnyIssue: Secret<String> { text("") }

  private func text(_ issue: String) -> Secret<String> {
    let facility = facility.map { String($0) } ?? "-"
    return Secret("card:\(format):\(facility):\(card)\(issue)")
  }
}

extension CardCandidate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "card of format \(format)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["format": format]) }
}
