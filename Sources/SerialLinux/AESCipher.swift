import Crypto
import CryptoExtras
public import OSDPChannel

/// AES-128 of swift-crypto, for the channel of an OSDP reader.
public struct AESCipher: BlockCipher {
  public init() {}

  public func encrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = block
    do { try AES.permute(&block, key: SymmetricKey(data: key)) } catch { return Self.none }
    return block
  }

  public func decrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = block
    do { try AES.inversePermute(&block, key: SymmetricKey(data: key)) } catch { return Self.none }
    return block
  }

  /// A block or a key of another length is refused; no comparison takes this for a result.
  private static let none: [UInt8] = []
}
