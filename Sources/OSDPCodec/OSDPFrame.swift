/// The security block of a packet: which step of the secure channel it is, and the data of that step.
public struct OSDPSecurityBlock: Sendable, Hashable {
  /// The steps, as the standard numbers them.
  public enum Step: UInt8, Sendable, Hashable, CaseIterable {
    /// The challenge and its answer, the panel's cryptogram and the reader's.
    case challenge = 0x11
    case challengeReply = 0x12
    case cryptogram = 0x13
    case cryptogramReply = 0x14
    /// A command or a reply with a MAC and without data.
    case command = 0x15
    case reply = 0x16
    /// With a MAC and encrypted data.
    case sealedCommand = 0x17
    case sealedReply = 0x18

    /// Whether the packet ends with a MAC.
    public var hasMAC: Bool { rawValue >= Step.command.rawValue }
    /// Whether its data is encrypted.
    public var isSealed: Bool { self == .sealedCommand || self == .sealedReply }
  }

  public var step: Step
  /// In the handshake one byte: which key, or whether the cryptogram was right.
  public var data: [UInt8]

  public init(_ step: Step, data: [UInt8] = []) {
    self.step = step
    self.data = data
  }
}

/// One OSDP packet. What follows the code may be encrypted.
///
/// On the wire: 0x53, address (bit 7: from the reader), length in two bytes, control (bits 0 and 1
/// sequence, 2 CRC, 3 security block), security block, code, data, MAC of four bytes, CRC or checksum.
public struct OSDPFrame: Sendable, Hashable {
  /// The longest packet that is taken or made.
  public static let bytesMax = 1_440
  /// Every reader takes a packet of this length; a longer one only if it says so.
  public static let usualBytes = 256
  /// Bytes of the MAC in a packet.
  public static let macBytes = 4
  /// To every reader; no panel of ours uses it.
  public static let broadcast: UInt8 = 0x7F

  static let start: UInt8 = 0x53

  /// 0 to 126, or ``broadcast``.
  public var address: UInt8
  public var isReply: Bool
  /// 0 to 3; 0 begins anew.
  public var sequence: UInt8
  public var usesCRC: Bool
  public var security: OSDPSecurityBlock?
  /// Which command or reply it is.
  public var code: UInt8
  public var data: [UInt8]
  /// Four bytes, or none.
  public var mac: [UInt8]

  public init(
    address: UInt8, isReply: Bool, sequence: UInt8, usesCRC: Bool = true,
    security: OSDPSecurityBlock? = nil, code: UInt8, data: [UInt8] = [], mac: [UInt8] = []
  ) {
    self.address = address & 0x7F
    self.isReply = isReply
    self.sequence = sequence & 3
    self.usesCRC = usesCRC
    self.security = security
    self.code = code
    self.data = data
    self.mac = mac
  }

  /// Everything that the MAC covers: from the start byte to the end of the data, with the length of the
  /// whole packet.
  public var authenticated: [UInt8] {
    let hasMAC = security?.step.hasMAC == true
    let block =
      security.map { [UInt8(clamping: 2 + $0.data.count), $0.step.rawValue] + $0.data } ?? []
    let length =
      6 + block.count + data.count + (hasMAC ? Self.macBytes : 0) + (usesCRC ? 2 : 1)
    let control = sequence | (usesCRC ? 4 : 0) | (security == nil ? 0 : 8)
    return [Self.start, address | (isReply ? 0x80 : 0)]
      + UInt16(truncatingIfNeeded: length).littleEndianBytes + [control] + block + [code] + data
  }

  /// As it goes over the wire.
  public var bytes: [UInt8] {
    var bytes = authenticated + mac
    if usesCRC {
      bytes += OSDPCheck.crc(bytes).littleEndianBytes
    } else {
      bytes.append(OSDPCheck.checksum(bytes))
    }
    return bytes
  }

  /// Reads one whole packet, from the start byte to its check. Throws what is wrong with it first.
  public init(parsing bytes: [UInt8]) throws(OSDPFrameFault) {
    guard bytes.count >= 7 else { throw .tooShort }
    guard bytes.count <= Self.bytesMax else { throw .tooLong }
    guard bytes[0] == Self.start, UInt16(littleEndianBytes: bytes[2..<4]) == bytes.count else {
      throw .length
    }
    let control = bytes[4]
    guard control & 0xF0 == 0 else { throw .control }
    let end = bytes.count - (control & 4 == 0 ? 1 : 2)
    if control & 4 == 0 {
      guard OSDPCheck.checksum(bytes[..<end]) == bytes[end] else { throw .check }
    } else {
      guard OSDPCheck.crc(bytes[..<end]) == UInt16(littleEndianBytes: bytes[end...]) else {
        throw .check
      }
    }
    address = bytes[1] & 0x7F
    isReply = bytes[1] & 0x80 != 0
    sequence = control & 3
    usesCRC = control & 4 != 0
    var place = 5
    var macCount = 0
    if control & 8 != 0 {
      let count = Int(bytes[5])
      guard count >= 2, 5 + count < end, let step = OSDPSecurityBlock.Step(rawValue: bytes[6])
      else { throw .securityBlock }
      security = OSDPSecurityBlock(step, data: Array(bytes[7..<5 + count]))
      if step.hasMAC { macCount = Self.macBytes }
      place = 5 + count
    } else {
      security = nil
    }
    guard place < end - macCount else { throw .tooShort }
    code = bytes[place]
    data = Array(bytes[(place + 1)..<(end - macCount)])
    mac = Array(bytes[(end - macCount)..<end])
  }
}

/// What is wrong with bytes that should be a packet. The names go into events and do not change.
public enum OSDPFrameFault: String, Error, Sendable, Hashable, CaseIterable {
  /// It has no room for what its control byte promises.
  case tooShort
  /// Longer than ``OSDPFrame/bytesMax``.
  case tooLong
  /// It does not begin with a start byte, or its length is not that of its bytes.
  case length
  /// Its control byte has bits that mean nothing.
  case control
  /// CRC or checksum: a byte was lost, doubled or changed on the line.
  case check
  /// A security block of an unknown kind or length.
  case securityBlock
}
