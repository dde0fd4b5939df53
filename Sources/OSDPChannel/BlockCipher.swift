/// AES-128 of one block of 16 bytes, without a mode. The channel is made of it; whoever uses the channel
/// brings it.
public protocol BlockCipher: Sendable {
  /// Both are 16 bytes, and so is the result.
  func encrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8]
  func decrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8]
}

/// What the channel makes of the cipher: cipher block chaining, of whole blocks.
struct Chaining {
  static let blockBytes = 16

  let cipher: any BlockCipher

  func encrypt(_ bytes: [UInt8], key: [UInt8], start: [UInt8]) -> [UInt8] {
    var last = start
    var result: [UInt8] = []
    for block in blocks(of: bytes) {
      last = cipher.encrypt(xor(block, last), key: key)
      result += last
    }
    return result
  }

  func decrypt(_ bytes: [UInt8], key: [UInt8], start: [UInt8]) -> [UInt8] {
    var last = start
    var result: [UInt8] = []
    for block in blocks(of: bytes) {
      result += xor(cipher.decrypt(block, key: key), last)
      last = block
    }
    return result
  }

  /// Every block with `first` but the last, which is done with `last`; the result is the last block.
  func mac(of bytes: [UInt8], first: [UInt8], last: [UInt8], start: [UInt8]) -> [UInt8] {
    var chain = start
    let blocks = blocks(of: bytes)
    for (place, block) in blocks.enumerated() {
      chain = cipher.encrypt(xor(block, chain), key: place == blocks.count - 1 ? last : first)
    }
    return chain
  }

  private func blocks(of bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: Self.blockBytes).map {
      Array(bytes[$0..<min($0 + Self.blockBytes, bytes.count)])
    }
  }

  private func xor(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    zip(left, right).map { $0 ^ $1 }
  }
}

/// Compares without telling by its time where two texts differ.
func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}
