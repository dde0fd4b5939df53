import DoorPorts
import DoorRules

/// Uses of credentials that may be used so often, for so long after the first time, or not stay
/// unused for too long. The disk has them all; the latest are here too, so that a second badge sees
/// the first one's use before it is written.
struct CredentialUses: Sendable {
  /// The most uses held in memory; older ones were written long before.
  static let latestMax = 1_024
  /// No credential may be used so often; a higher number on the disk is damage.
  private static let usesReadMost = 1_000_000_000

  private var latest = LatestValues<CredentialID, CredentialUse>(most: latestMax)

  /// The use of a credential that was noted here; nil where the disk has the newest.
  func latest(of credential: CredentialID) -> CredentialUse? { latest[credential] }

  /// The use of a credential, from memory or from the disk.
  func use(
    of credential: Credential, in store: any StateStore
  ) throws(PortError) -> CredentialUse {
    if let known = latest[credential.id] { return known }
    var use = try store.value(of: .use(credential.id)).map(Self.use) ?? CredentialUse()
    // What cannot be read counts as never: the days begin anew, as where the memory was lost.
    if credential.unusedDays != nil {
      use.last = try store.value(of: .lastUse(credential.id)).flatMap(KeptInstant.instant)
    }
    return use
  }

  mutating func note(_ use: CredentialUse, of credential: CredentialID) {
    latest.note(use, for: credential)
  }

  static func bytes(of use: CredentialUse) -> [UInt8] {
    Array("\(use.count) \(use.first?.millisecondsSince1970 ?? 0)".utf8)
  }

  /// What cannot be read counts as used up: deny by default. One more use can still be counted.
  private static func use(_ bytes: [UInt8]) -> CredentialUse {
    let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ").map { Int64($0) }
    guard numbers.count == 2, let count = numbers[0].flatMap(Int.init(exactly:)),
      (0...usesReadMost).contains(count), let first = numbers[1]
    else {
      return CredentialUse(count: usesReadMost, first: WallInstant(millisecondsSince1970: 0))
    }
    return CredentialUse(count: count, first: WallInstant(millisecondsSince1970: first))
  }
}
