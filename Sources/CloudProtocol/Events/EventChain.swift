import Crypto
import Foundation

/// Links the events of one log: each event's link is the first 16 bytes of SHA-256 over the link
/// before it and the JSON of its `data` (sorted members, no white space; RFC 8785). A log that is a
/// diverged copy, or that lost its end, shows at the first event whose link differs from the
/// cloud's.
public enum EventChain {
  public static let linkByteCount = 16
  /// What the first event of a log builds on.
  public static let start = [UInt8](repeating: 0, count: linkByteCount)

  /// The link of an event whose `data` has this JSON.
  public static func link(after previous: [UInt8], json: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: Data(previous + json)).prefix(linkByteCount))
  }
}

extension CloudEvent {
  /// True when the event's link fits `previous`, the link of the event before it in base64url.
  /// Also true when either link is absent, since a log from before links existed proves nothing, and
  /// for an event that comes without its details.
  public func continues(_ previous: String?) throws -> Bool {
    guard withheldDigest == nil, let chain, let previous, let before = Data(base64URL: previous)
    else { return true }
    let expected = EventChain.link(after: Array(before), json: try JSONCoding.encode(data))
    return Data(expected).base64URL == chain
  }
}
