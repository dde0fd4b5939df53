import DoorRules
import Foundation

/// What a signed message says of itself, each claim as far as it can be read, for the answer to a
/// message that is refused. It is found also in a message that no decoder may read, such as one that is
/// nested deeply. A claim that is there twice counts if each says the same.
struct EnvelopeHead {
  /// Most bytes of an id that is quoted.
  static let idBytesMax = 512

  private(set) var aud: String?
  private(set) var issuedAt: WallInstant?
  /// The `jti` as it was sent, even if it is none that a message may have; nil for one that cannot be
  /// quoted.
  private(set) var id: String?

  /// Nil for what is no JSON.
  init?(payload: [UInt8]) {
    guard let claims = Self.claims(of: payload) else { return nil }
    func read<Value: Decodable & Equatable>(_ name: String, as type: Value.Type) -> Value? {
      let values = (claims[name] ?? []).map { try? JSONDecoder().decode(type, from: Data($0)) }
      guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
      return first
    }
    aud = read("aud", as: String.self)
    issuedAt = read("iat", as: Int64.self).flatMap {
      (0...EnvelopeLimits.timeSecondsMax).contains($0) ? WallInstant(secondsSince1970: $0) : nil
    }
    id = read("jti", as: String.self).flatMap { text in
      (1...Self.idBytesMax).contains(text.utf8.count) && OpaqueText.isPlain(text) ? text : nil
    }
  }

  /// The JSON of each claim that is told, as often as it is there; nil for what is no JSON.
  private static func claims(of payload: [UInt8]) -> [String: [ArraySlice<UInt8>]]? {
    var scan = JSONScan(payload)
    var claims: [String: [ArraySlice<UInt8>]] = [:]
    var name: String?
    var start = 0
    while true {
      let token = scan.next()
      switch token {
      case .member:
        name = scan.depth == 1 ? ["aud", "iat", "jti"].first { $0 == scan.name } : nil
        start = scan.position
      case .scalar:
        if let name { claims[name, default: []].append(payload[start..<scan.position]) }
        name = nil
      // It is no claim that can be read.
      case .object, .list, .tooDeep:
        if let name { claims[name, default: []].append([]) }
        name = nil
      case .close: break
      case .end: return claims
      case .unreadable: return nil
      }
    }
  }
}
