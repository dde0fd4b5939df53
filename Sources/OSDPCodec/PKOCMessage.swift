/// Cards whose number is a public key (PKOC, of the Physical Security Interoperability Alliance): what
/// reader and panel say to each other of one, as manufacturer's messages of OSDP. The source of the format is
/// "OSDP ACU PKOC Card Processing" 1.23 of openpkoc.
public enum PKOC {
  /// Whose messages these are.
  public static let vendor: [UInt8] = [0x1A, 0x90, 0x21]
  /// The longest message, in all its parts.
  public static let messageBytesMax = 1_024
  /// What the card signs.
  public static let challengeBytes = 16
  /// A point of P-256, not compressed.
  public static let publicKeyBytes = 65
  /// The two numbers of an ECDSA signature.
  public static let signatureBytes = 64

  /// The kinds of messages.
  public enum Kind: UInt8, Sendable, Hashable {
    /// Reader to panel: there is such a card.
    case cardPresent = 0xE0
    /// Panel to reader: have the card sign this.
    case request = 0xE1
    /// Reader to panel: the card's key and signature.
    case response = 0xE2
    /// Reader to panel: the card could not be read.
    case readerError = 0xFE
  }

  enum Tag {
    static let challenge: UInt8 = 0x4C
    static let reader: UInt8 = 0x4D
    static let publicKey: UInt8 = 0x5A
    static let version: UInt8 = 0x5C
    static let signature: UInt8 = 0x9E
  }

  /// The request to sign `challenge`, for the card protocol 1.0.
  public static func request(challenge: [UInt8]) -> OSDPCommand {
    // The parameters of the card's command; the reader's name, which says nothing here, is all zeros.
    let body: [UInt8] =
      [0x00, 0x01, Tag.version, 2, 1, 0, Tag.challenge, UInt8(clamping: challenge.count)]
      + challenge + [Tag.reader, 32] + [UInt8](repeating: 0, count: 32)
    let length = UInt16(clamping: body.count).littleEndianBytes
    return .manufacturer(
      vendor: vendor, data: [Kind.request.rawValue] + length + [0, 0] + length + body)
  }

  /// The fields of a message by their tags; nil for one that is cut or has a tag twice.
  public static func fields(of bytes: [UInt8]) -> [UInt8: [UInt8]]? {
    var fields: [UInt8: [UInt8]] = [:]
    var rest = bytes[...]
    while let tag = rest.popFirst() {
      guard let length = rest.popFirst().map(Int.init), rest.count >= length, fields[tag] == nil
      else { return nil }
      fields[tag] = Array(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return fields
  }
}

/// One part of such a message; most come in one.
public struct PKOCPart: Sendable, Hashable {
  public var kind: PKOC.Kind
  /// Of the whole message.
  public var total: Int
  public var offset: Int
  public var bytes: [UInt8]

  public init(kind: PKOC.Kind, total: Int, offset: Int, bytes: [UInt8]) {
    self.kind = kind
    self.total = total
    self.offset = offset
    self.bytes = bytes
  }

  /// Reads what a reader says; nil for another maker's message, an unknown kind or lengths that cannot be.
  public init?(vendor: [UInt8], data: [UInt8]) {
    guard vendor == PKOC.vendor, let kind = data.first.flatMap(PKOC.Kind.init(rawValue:)) else {
      return nil
    }
    guard kind != .readerError else {
      self.init(kind: kind, total: data.count - 1, offset: 0, bytes: Array(data.dropFirst()))
      return
    }
    guard data.count >= 7 else { return nil }
    let numbers = [1, 3, 5].map { Int(UInt16(littleEndianBytes: data[$0..<($0 + 2)])) }
    let (total, offset, length) = (numbers[0], numbers[1], numbers[2])
    guard total <= PKOC.messageBytesMax, offset + length <= total, data.count == 7 + length else {
      return nil
    }
    self.init(kind: kind, total: total, offset: offset, bytes: Array(data[7...]))
  }

  /// As a reader says it.
  public var reply: OSDPReply {
    var data = [kind.rawValue]
    if kind != .readerError {
      for number in [total, offset, bytes.count] {
        data += UInt16(clamping: number).littleEndianBytes
      }
    }
    return .manufacturer(vendor: PKOC.vendor, data: data + bytes)
  }
}

/// What a card says of itself: its key, and that it has the private one. Nothing is checked yet.
public struct PKOCProof: Sendable, Hashable {
  /// What it had to sign.
  public var challenge: [UInt8]
  /// 65 bytes, the first of which is 4.
  public var publicKey: [UInt8]
  /// 64 bytes.
  public var signature: [UInt8]

  public init(challenge: [UInt8], publicKey: [UInt8], signature: [UInt8]) {
    self.challenge = challenge
    self.publicKey = publicKey
    self.signature = signature
  }

  /// Reads the card's answer to `challenge`; nil without a key or a signature of the right length.
  public init?(challenge: [UInt8], response: [UInt8]) {
    guard let fields = PKOC.fields(of: response), let key = fields[PKOC.Tag.publicKey],
      let signature = fields[PKOC.Tag.signature], key.count == PKOC.publicKeyBytes,
      key.first == 4, signature.count == PKOC.signatureBytes
    else { return nil }
    self.init(challenge: challenge, publicKey: key, signature: signature)
  }
}

extension PKOCProof: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Whose card it is is nobody's business who reads a log.
  public var description: String { "a card with a public key" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
