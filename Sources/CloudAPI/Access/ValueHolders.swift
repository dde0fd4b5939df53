public import CloudProtocol
public import DoorRules
public import WiegandCodec

/// Looks for who else has a card, whatever format its number was written in: readers tell cards by
/// their bits, and one card of two formats has one holder.
public struct ValueHolders {
  private let texts: [CardText]

  /// `value` is what controllers digest; `issue` the issue of the card beside it. `formats` are those
  /// that numbers may be in.
  public init(of value: Secret<String>, issue: Int64? = nil, formats: FormatTable = .standard) {
    texts = CardText.all(of: value, issue: issue.map { UInt64(clamping: $0) }, in: formats)
  }

  /// The credentials that clash with `record`, whose value this is. `active` gives those of a value.
  /// One of them that cannot be read may be anybody's, and clashes.
  public func clashing(
    with record: CredentialRecord, in reach: CredentialReach,
    _ active: (Secret<String>) throws -> [CredentialRecord]
  ) throws -> [CredentialRecord] {
    var own = try record.validated(path: "")
    // Which issue it is was looked at by its text.
    own.issue = nil
    var found: [CredentialRecord] = []
    for text in texts {
      for other in try active(text.canonical) where other.id != record.id {
        if let issues = text.issues, let issue = other.issue,
          !issues.contains(UInt64(clamping: issue))
        {
          continue
        }
        let clashes =
          (try? other.validated(path: "credential")).map { own.clashes(with: $0, in: reach) }
        if clashes != false { found.append(other) }
      }
    }
    return found
  }
}
