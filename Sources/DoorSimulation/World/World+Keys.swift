extension World {
  /// The keys of a world, by what they are, which no more than the numbers of its people may be seen.
  static func secretKeys(ofSeed seed: UInt64) -> [String: [UInt8]] {
    var random = SimulationRandom(seed: seed, stream: 4)
    func bytes() -> [UInt8] { (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    let credentials = bytes()
    return ["the credential key": credentials, "the cloud's key": bytes()]
  }
}
