import Crypto
import Foundation

/// SHA-256 over what a message says, whatever its form. A revision or a command id that comes again
/// with another hash is another message.
public struct ContentHash: Sendable, Hashable {
  /// Exactly 32.
  public static let byteCount = 32

  public let bytes: [UInt8]

  /// What was stored; nil unless there are 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Nil for a value that has no JSON.
  init?(of value: some Encodable, and more: String = "") {
    guard let json = try? JSONCoding.encode(value) else { return nil }
    bytes = Array(SHA256.hash(data: Data(json) + Data(more.utf8)))
  }
}

extension CredentialDelta {
  /// What it says; the order of its entries does not matter.
  var contentHash: ContentHash? {
    func first(_ left: String, _ right: String) -> Bool {
      left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    var delta = self
    delta.baseDigest = nil
    delta.dryRun = nil
    delta.persons.sort { first($0.id, $1.id) }
    delta.credentials.sort { first($0.id, $1.id) }
    delta.removedPersons.sort(by: first)
    delta.removedCredentials.sort(by: first)
    delta.revokedAhead?.sort(by: first)
    let unreadable = unreadable.map { entry in
      "\n\(entry.list) \(entry.id ?? "") \(entry.stops) \(entry.problems)"
    }
    return ContentHash(of: delta, and: unreadable.sorted(by: first).joined())
  }
}

extension Command {
  /// What it orders. It may be sent again in another session, so the session does not count.
  public var contentHash: ContentHash? {
    var command = self
    command.sessionNonce = nil
    return ContentHash(of: command)
  }
}
