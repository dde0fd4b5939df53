/// What a reader answers. Codes and layouts are those of OSDP 2.2 (IEC 60839-11-5).
public enum OSDPReply: Sendable, Hashable {
  case acknowledged
  case refused(OSDPRefusal)
  case identity(OSDPIdentity)
  case capabilities([OSDPCapability])
  /// Of the reader's own case and supply.
  case localStatus(isTampered: Bool, hasPowerFailure: Bool)
  case inputs([Bool])
  case outputs([Bool])
  /// Of readers behind this one: 0 is well.
  case readers([UInt8])
  /// A card's bits; they are a credential, so a reply prints without them.
  case card(OSDPCard)
  /// A card's digits, as some readers send them.
  case formattedCard(reader: UInt8, isBackwards: Bool, digits: [UInt8])
  /// Keys as the keypad numbers them: ASCII digits, 0x7F or `*`, 0x0D or `#`.
  case keys(reader: UInt8, keys: [UInt8])
  case line(address: UInt8, baud: UInt32)
  /// The reader's eight bytes, its random bytes and its cryptogram of 16.
  case challenge(client: [UInt8], random: [UInt8], cryptogram: [UInt8])
  /// The first MAC of the channel, 16 bytes.
  case firstMAC([UInt8])
  /// Not now; ask again.
  case busy
  case manufacturer(vendor: [UInt8], data: [UInt8])

  /// The code on the wire.
  public var code: UInt8 {
    switch self {
    case .acknowledged: 0x40
    case .refused: 0x41
    case .identity: 0x45
    case .capabilities: 0x46
    case .localStatus: 0x48
    case .inputs: 0x49
    case .outputs: 0x4A
    case .readers: 0x4B
    case .card: 0x50
    case .formattedCard: 0x51
    case .keys: 0x53
    case .line: 0x54
    case .challenge: 0x76
    case .firstMAC: 0x78
    case .busy: 0x79
    case .manufacturer: 0x90
    }
  }

  /// What follows the code.
  public var data: [UInt8] {
    switch self {
    case .acknowledged, .busy: []
    case .refused(let refusal): [refusal.code]
    case .identity(let identity): identity.data
    case .capabilities(let all): all.flatMap { [$0.function, $0.level, $0.count] }
    case .localStatus(let isTampered, let hasPowerFailure):
      [isTampered ? 1 : 0, hasPowerFailure ? 1 : 0]
    case .inputs(let levels), .outputs(let levels): levels.map { $0 ? 1 : 0 }
    case .readers(let states): states
    case .card(let card): card.data
    case .formattedCard(let reader, let isBackwards, let digits):
      [reader, isBackwards ? 1 : 0, UInt8(clamping: digits.count)] + digits
    case .keys(let reader, let keys): [reader, UInt8(clamping: keys.count)] + keys
    case .line(let address, let baud): [address] + baud.littleEndianBytes
    case .challenge(let client, let random, let cryptogram): client + random + cryptogram
    case .firstMAC(let mac): mac
    case .manufacturer(let vendor, let data): vendor + data
    }
  }

  /// Reads a reply; nil for an unknown code, a wrong length or a value that cannot be.
  public init?(code: UInt8, data: [UInt8]) {
    switch (code, data.count) {
    case (0x40, 0): self = .acknowledged
    case (0x41, 1...): self = .refused(OSDPRefusal(code: data[0]))
    case (0x45, 12): self = .identity(OSDPIdentity(data))
    case (0x46, _):
      guard data.count % 3 == 0 else { return nil }
      self = .capabilities(
        stride(from: 0, to: data.count, by: 3).map {
          OSDPCapability(function: data[$0], level: data[$0 + 1], count: data[$0 + 2])
        })
    case (0x48, 2): self = .localStatus(isTampered: data[0] != 0, hasPowerFailure: data[1] != 0)
    case (0x49, _): self = .inputs(data.map { $0 != 0 })
    case (0x4A, _): self = .outputs(data.map { $0 != 0 })
    case (0x4B, _): self = .readers(data)
    case (0x50, 4...):
      guard let card = OSDPCard(data) else { return nil }
      self = .card(card)
    case (0x51, 3...):
      guard data.count == 3 + Int(data[2]), data[1] < 2 else { return nil }
      self = .formattedCard(reader: data[0], isBackwards: data[1] == 1, digits: Array(data[3...]))
    case (0x53, 2...):
      guard data.count == 2 + Int(data[1]) else { return nil }
      self = .keys(reader: data[0], keys: Array(data[2...]))
    case (0x54, 5): self = .line(address: data[0], baud: UInt32(littleEndianBytes: data[1...]))
    case (0x76, 32):
      self = .challenge(
        client: Array(data[..<8]), random: Array(data[8..<16]), cryptogram: Array(data[16...]))
    case (0x78, 16): self = .firstMAC(data)
    case (0x79, 0): self = .busy
    case (0x90, 3...): self = .manufacturer(vendor: Array(data[..<3]), data: Array(data[3...]))
    default: return nil
    }
  }
}

extension OSDPReply: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The code only: the data may be a card, a PIN or a cryptogram.
  public var description: String { "reply 0x" + String(code, radix: 16, uppercase: true) }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["code": code]) }
}

/// Why a reader refused a command.
public enum OSDPRefusal: Sendable, Hashable {
  case check
  case commandLength
  case unknownCommand
  case sequence
  case securityBlock
  case encryptionRequired
  case biometricType
  case biometricFormat
  case unableToProcess
  case other(UInt8)

  private static let known: [OSDPRefusal] = [
    .check, .commandLength, .unknownCommand, .sequence, .securityBlock, .encryptionRequired,
    .biometricType, .biometricFormat, .unableToProcess,
  ]

  public init(code: UInt8) {
    self = (1...9).contains(code) ? Self.known[Int(code) - 1] : .other(code)
  }

  /// As the standard numbers it.
  public var code: UInt8 {
    if case .other(let code) = self { return code }
    return UInt8((Self.known.firstIndex(of: self) ?? -1) + 1)
  }
}

/// A card as a reader sends it.
public struct OSDPCard: Sendable, Hashable {
  public var reader: UInt8
  /// 0 unknown, 1 with check bits as on data lines.
  public var format: UInt8
  /// True for a one, first bit first; at most 1,424.
  public var bits: [Bool]

  public init(reader: UInt8 = 0, format: UInt8 = 1, bits: [Bool]) {
    self.reader = reader
    self.format = format
    self.bits = bits
  }

  var data: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (place, bit) in bits.enumerated() where bit { bytes[place / 8] |= 0x80 >> UInt8(place % 8) }
    return [reader, format] + UInt16(clamping: bits.count).littleEndianBytes + bytes
  }

  init?(_ data: [UInt8]) {
    let count = Int(UInt16(littleEndianBytes: data[2..<4]))
    guard count > 0, data.count == 4 + (count + 7) / 8 else { return nil }
    reader = data[0]
    format = data[1]
    bits = (0..<count).map { data[4 + $0 / 8] >> UInt8(7 - $0 % 8) & 1 == 1 }
  }
}

/// Who a reader says that it is.
public struct OSDPIdentity: Sendable, Hashable {
  /// The maker's three bytes, as IEEE gives them.
  public var vendor: [UInt8]
  public var model: UInt8
  public var version: UInt8
  public var serial: UInt32
  /// Major, minor, build.
  public var firmware: [UInt8]

  public init(vendor: [UInt8], model: UInt8, version: UInt8, serial: UInt32, firmware: [UInt8]) {
    self.vendor = vendor
    self.model = model
    self.version = version
    self.serial = serial
    self.firmware = firmware
  }

  var data: [UInt8] { vendor + [model, version] + serial.littleEndianBytes + firmware }

  init(_ data: [UInt8]) {
    self.init(
      vendor: Array(data[..<3]), model: data[3], version: data[4],
      serial: UInt32(littleEndianBytes: data[5..<9]), firmware: Array(data[9..<12]))
  }

  /// For status and diagnosis.
  public var words: String {
    let maker = vendor.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let firmware = firmware.map(String.init).joined(separator: ".")
    return
      "maker \(maker), model \(model).\(version), serial number \(serial), firmware \(firmware)"
  }
}

/// One thing that a reader can do.
public struct OSDPCapability: Sendable, Hashable {
  public var function: UInt8
  public var level: UInt8
  public var count: UInt8

  public init(function: UInt8, level: UInt8, count: UInt8) {
    self.function = function
    self.level = level
    self.count = count
  }
}
