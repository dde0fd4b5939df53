/// Somebody begins or ends to work at the web page; recorded, since whoever is signed in there changes
/// what doors do.
public enum SessionChange: Sendable, Hashable {
  case began
  case ended(End)

  /// How it ended; the names go into events and do not change.
  public enum End: String, Sendable, Hashable, CaseIterable {
    /// The person signed out.
    case signedOut
    /// No request for a while.
    case idle
    /// It lasted for as long as one may.
    case limit
    /// Somebody else signed in, and it was the oldest of too many.
    case replaced
  }
}
