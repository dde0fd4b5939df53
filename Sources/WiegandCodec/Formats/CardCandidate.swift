public import DoorRules

/// A card as one format reads a frame. It prints without its numbers.
public struct CardCandidate: Sendable, Hashable {
  /// Name of the format.
  public var format: String
  /// Nil when the format has no such field.
  public var facility: UInt64?
  public var card: UInt64
  /// Nil when the format has no such field.
  public var issue: UInt64?

  public init(format: String, facility: UInt64?, card: UInt64, issue: UInt64? = nil) {
    self.format = format
    self.facility = facility
    self.card = card
    self.issue = issue
  }

  /// The text of which the digest is made: every field and the format, so that a match is never
  /// a match of a part. `card:H10301:12:345`, a missing facility as `-`, an issue as `:i1`.
  public var canonical: Secret<String> {
    let facility = facility.map { String($0) } ?? "-"
    let issue = issue.map { ":i\($0)" } ?? ""
    return Secret("card:\(format):\(facility):\(card)\(issue)")
  }
}

extension CardCandidate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "card of format \(format)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["format": format]) }
}
