/// The secret keys of a world. Like card numbers and PINs, they must never leave the door.
enum WorldKeys {
  static let credentials = "the credential key"
  static let cloud = "the cloud's key"

  /// Each key by its name.
  static func bytes(ofSeed seed: UInt64) -> [String: [UInt8]] {
    var random = SimulationRandom(seed: seed, stream: 4)
    func bytes() -> [UInt8] { (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    let first = bytes()
    return [credentials: first, cloud: bytes()]
  }
}
