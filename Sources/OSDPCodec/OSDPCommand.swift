/// What a panel says to a reader. Codes and layouts are those of OSDP 2.2 (IEC 60839-11-5).
public enum OSDPCommand: Sendable, Hashable {
  /// Is there anything new?
  case poll
  /// Who are you, and what can you do?
  case identify
  case capabilities
  /// The state of case and supply, of inputs, of outputs, of further readers.
  case localStatus
  case inputStatus
  case outputStatus
  case readerStatus
  case output([OSDPOutput])
  case lamp([OSDPLamp])
  case buzzer(OSDPBuzzer)
  case text(OSDPText)
  /// The address 0 to 126 and the speed that count from the reply on.
  case line(address: UInt8, baud: UInt32)
  /// The key of the secure channel, 16 bytes; nobody sends it in the clear.
  case key([UInt8])
  /// The panel's eight random bytes.
  case challenge([UInt8])
  /// The panel's cryptogram, 16 bytes.
  case cryptogram([UInt8])
  /// The longest packet that the panel takes.
  case receiveSize(UInt16)
  /// The reader stays ready to read for so long.
  case keepActive(milliseconds: UInt16)
  /// For a maker's own devices: three bytes of the maker, then its data.
  case manufacturer(vendor: [UInt8], data: [UInt8])

  /// The code on the wire.
  public var code: UInt8 {
    switch self {
    case .poll: 0x60
    case .identify: 0x61
    case .capabilities: 0x62
    case .localStatus: 0x64
    case .inputStatus: 0x65
    case .outputStatus: 0x66
    case .readerStatus: 0x67
    case .output: 0x68
    case .lamp: 0x69
    case .buzzer: 0x6A
    case .text: 0x6B
    case .line: 0x6E
    case .key: 0x75
    case .challenge: 0x76
    case .cryptogram: 0x77
    case .receiveSize: 0x7B
    case .manufacturer: 0x80
    case .keepActive: 0xA7
    }
  }

  /// What follows the code.
  public var data: [UInt8] {
    switch self {
    case .poll, .localStatus, .inputStatus, .outputStatus, .readerStatus: []
    case .identify, .capabilities: [0]
    case .output(let outputs): outputs.flatMap(\.data)
    case .lamp(let lamps): lamps.flatMap(\.data)
    case .buzzer(let buzzer): buzzer.data
    case .text(let text): text.data
    case .line(let address, let baud): [address] + baud.littleEndianBytes
    case .key(let key): [1, UInt8(clamping: key.count)] + key
    case .challenge(let random): random
    case .cryptogram(let cryptogram): cryptogram
    case .receiveSize(let bytes): bytes.littleEndianBytes
    case .keepActive(let milliseconds): milliseconds.littleEndianBytes
    case .manufacturer(let vendor, let data): vendor + data
    }
  }

  /// Reads a command, as a reader does; nil for an unknown code or a wrong length.
  public init?(code: UInt8, data: [UInt8]) {
    switch (code, data.count) {
    case (0x60, 0): self = .poll
    case (0x61, 1): self = .identify
    case (0x62, 1): self = .capabilities
    case (0x64, 0): self = .localStatus
    case (0x65, 0): self = .inputStatus
    case (0x66, 0): self = .outputStatus
    case (0x67, 0): self = .readerStatus
    case (0x68, _):
      guard let outputs = data.pieces(of: 4, OSDPOutput.init) else { return nil }
      self = .output(outputs)
    case (0x69, _):
      guard let lamps = data.pieces(of: 14, OSDPLamp.init) else { return nil }
      self = .lamp(lamps)
    case (0x6A, 5):
      guard let buzzer = OSDPBuzzer(data) else { return nil }
      self = .buzzer(buzzer)
    case (0x6B, 6...):
      guard let text = OSDPText(data) else { return nil }
      self = .text(text)
    case (0x6E, 5):
      guard data[0] < OSDPFrame.broadcast else { return nil }
      self = .line(address: data[0], baud: UInt32(littleEndianBytes: data[1...]))
    case (0x75, 18):
      guard data[0] == 1, data[1] == 16 else { return nil }
      self = .key(Array(data[2...]))
    case (0x76, 8): self = .challenge(data)
    case (0x77, 16): self = .cryptogram(data)
    case (0x7B, 2): self = .receiveSize(UInt16(littleEndianBytes: data[...]))
    case (0x80, 3...): self = .manufacturer(vendor: Array(data[..<3]), data: Array(data[3...]))
    case (0xA7, 2): self = .keepActive(milliseconds: UInt16(littleEndianBytes: data[...]))
    default: return nil
    }
  }
}

extension FixedWidthInteger {
  /// As many as its width, the lowest first.
  package var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) }
  }

  /// Of as many bytes as there are, up to its own width.
  init(littleEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.prefix(Self.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Self($1) }
  }
}

extension [UInt8] {
  /// At least one piece of equal length; nil when a piece is none, or the rest is too short.
  func pieces<Piece>(of count: Int, _ piece: ([UInt8]) -> Piece?) -> [Piece]? {
    guard !isEmpty, self.count % count == 0 else { return nil }
    var pieces: [Piece] = []
    for start in stride(from: 0, to: self.count, by: count) {
      guard let one = piece(Array(self[start..<start + count])) else { return nil }
      pieces.append(one)
    }
    return pieces
  }
}
