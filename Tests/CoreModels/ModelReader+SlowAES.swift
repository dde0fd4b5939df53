public import OSDPChannel

extension SlowAES: BlockCipher {}

extension ModelReader {
  /// With the cipher that is slow and obvious.
  public init(address: UInt8, key: ReaderKey? = nil, speed: UInt32 = 9_600) {
    self.init(address: address, key: key, speed: speed, cipher: SlowAES())
  }
}
