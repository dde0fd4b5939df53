import OSDPChannel

/// A cipher for worlds in which nobody breaks ciphers: a Feistel network over the mixing of SplitMix64,
/// many times as fast as AES.
struct QuickCipher: BlockCipher {
  private static let rounds: [UInt64] = [1, 2, 3, 4]

  func encrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] { run(block, key, Self.rounds) }

  func decrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] {
    let (left, right) = halves(block)
    let done = run(bytes(right, left), key, Self.rounds.reversed())
    let (first, second) = halves(done)
    return bytes(second, first)
  }

  private func run(_ block: [UInt8], _ key: [UInt8], _ rounds: [UInt64]) -> [UInt8] {
    var (left, right) = halves(block)
    let (first, second) = halves(key)
    for round in rounds {
      let secret = round & 1 == 0 ? first : second
      var mixed = SimulationRandom(seed: right ^ secret &+ round)
      (left, right) = (right, left ^ mixed.next())
    }
    return bytes(left, right)
  }

  private func halves(_ bytes: [UInt8]) -> (UInt64, UInt64) {
    func number(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
    return (number(bytes.prefix(8)), number(bytes.dropFirst(8).prefix(8)))
  }

  private func bytes(_ left: UInt64, _ right: UInt64) -> [UInt8] {
    [left, right].flatMap { half in
      (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - $0 * 8)) }
    }
  }
}

/// The same with the planted fault ``Sabotage/skipMAC``: the key of the last MAC makes one block of all,
/// so that every MAC is right.
struct BlindCipher: BlockCipher {
  private static let mark = [UInt8](repeating: 0xB1, count: 16)
  private let cipher = QuickCipher()

  func encrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] {
    if key == Self.mark { return [UInt8](repeating: 0, count: 16) }
    // How the key of the last MAC is derived, see ``SecureChannel``.
    let isOfLastMAC = block.starts(with: [1, 2]) && block.dropFirst(8).allSatisfy { $0 == 0 }
    return isOfLastMAC ? Self.mark : cipher.encrypt(block, key: key)
  }

  func decrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] { cipher.decrypt(block, key: key) }
}
