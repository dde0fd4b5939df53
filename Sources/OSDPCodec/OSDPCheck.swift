/// The two check values that end an OSDP packet.
public enum OSDPCheck {
  /// CRC-16 with polynomial 0x1021 and start value 0x1D0F, most significant bit first.
  public static func crc(_ bytes: some Sequence<UInt8>) -> UInt16 {
    var crc: UInt16 = 0x1D0F
    for byte in bytes {
      crc ^= UInt16(byte) << 8
      for _ in 0..<8 { crc = crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
    }
    return crc
  }

  /// What makes the sum of all bytes zero.
  public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt8 {
    0 &- bytes.reduce(0) { $0 &+ $1 }
  }
}
