/// How a lamp lights: in turn one colour for `onTenths` and another for `offTenths`, each in tenths of a
/// second.
public struct OSDPLamp: Sendable, Hashable {
  public enum Color: UInt8, Sendable, Hashable, CaseIterable {
    case black, red, green, amber, blue, magenta, cyan, white
  }

  /// One of a lamp's two settings.
  public struct Blink: Sendable, Hashable {
    public var onTenths: UInt8
    public var offTenths: UInt8
    public var onColor: Color
    public var offColor: Color

    public init(onTenths: UInt8, offTenths: UInt8, onColor: Color, offColor: Color) {
      self.onTenths = onTenths
      self.offTenths = offTenths
      self.onColor = onColor
      self.offColor = offColor
    }

    /// One colour all the time.
    public static func steady(_ color: Color) -> Blink {
      Blink(onTenths: 1, offTenths: 0, onColor: color, offColor: color)
    }

    fileprivate var data: [UInt8] { [onTenths, offTenths, onColor.rawValue, offColor.rawValue] }

    fileprivate init?(_ data: ArraySlice<UInt8>) {
      guard let on = Color(rawValue: data[data.startIndex + 2]),
        let off = Color(rawValue: data[data.startIndex + 3])
      else { return nil }
      self.init(
        onTenths: data[data.startIndex], offTenths: data[data.startIndex + 1], onColor: on,
        offColor: off)
    }
  }

  /// What to do with the setting that ends by itself.
  public enum Temporary: Sendable, Hashable {
    case leave
    case cancel
    case set(Blink, tenths: UInt16)
  }

  public var reader: UInt8
  public var lamp: UInt8
  public var temporary: Temporary
  /// Nil leaves it.
  public var permanent: Blink?

  public init(
    reader: UInt8 = 0, lamp: UInt8 = 0, temporary: Temporary = .leave, permanent: Blink?
  ) {
    self.reader = reader
    self.lamp = lamp
    self.temporary = temporary
    self.permanent = permanent
  }

  var data: [UInt8] {
    var bytes = [reader, lamp]
    switch temporary {
    case .leave: bytes += [0] + Blink.steady(.black).data + [0, 0]
    case .cancel: bytes += [1] + Blink.steady(.black).data + [0, 0]
    case .set(let blink, let tenths): bytes += [2] + blink.data + tenths.littleEndianBytes
    }
    return bytes + [permanent == nil ? 0 : 1] + (permanent ?? .steady(.black)).data
  }

  init?(_ data: [UInt8]) {
    guard data.count == 14, let ending = Blink(data[3..<7]), let lasting = Blink(data[10..<14])
    else { return nil }
    switch data[2] {
    case 0: temporary = .leave
    case 1: temporary = .cancel
    case 2: temporary = .set(ending, tenths: UInt16(littleEndianBytes: data[7..<9]))
    default: return nil
    }
    guard data[9] < 2 else { return nil }
    permanent = data[9] == 0 ? nil : lasting
    reader = data[0]
    lamp = data[1]
  }
}

/// How a beeper sounds.
public struct OSDPBuzzer: Sendable, Hashable {
  public var reader: UInt8
  public var isOn: Bool
  public var onTenths: UInt8
  public var offTenths: UInt8
  /// How often; 0 until the next command.
  public var count: UInt8

  public init(
    reader: UInt8 = 0, isOn: Bool, onTenths: UInt8 = 1, offTenths: UInt8 = 0, count: UInt8 = 0
  ) {
    self.reader = reader
    self.isOn = isOn
    self.onTenths = onTenths
    self.offTenths = offTenths
    self.count = count
  }

  var data: [UInt8] { [reader, isOn ? 2 : 1, onTenths, offTenths, count] }

  init?(_ data: [UInt8]) {
    guard data.count == 5, (1...2).contains(data[1]) else { return nil }
    self.init(
      reader: data[0], isOn: data[1] == 2, onTenths: data[2], offTenths: data[3], count: data[4])
  }
}

/// What an output does.
public struct OSDPOutput: Sendable, Hashable {
  public enum Action: UInt8, Sendable, Hashable, CaseIterable {
    case leave, offAtOnce, onAtOnce, offAfterTimer, onAfterTimer, onFor, offFor
  }

  public var number: UInt8
  public var action: Action
  public var tenths: UInt16

  public init(number: UInt8, action: Action, tenths: UInt16 = 0) {
    self.number = number
    self.action = action
    self.tenths = tenths
  }

  var data: [UInt8] { [number, action.rawValue] + tenths.littleEndianBytes }

  init?(_ data: [UInt8]) {
    guard data.count == 4, let action = Action(rawValue: data[1]) else { return nil }
    self.init(number: data[0], action: action, tenths: UInt16(littleEndianBytes: data[2...]))
  }
}

/// Text on a reader's display.
public struct OSDPText: Sendable, Hashable {
  public var reader: UInt8
  /// Nil stays until the next text.
  public var seconds: UInt8?
  /// From 1.
  public var row: UInt8
  public var column: UInt8
  /// Printable ASCII; at most 255 bytes.
  public private(set) var bytes: [UInt8]

  /// What is no printable ASCII becomes `?`; what is too long is cut.
  public init(
    _ text: String, reader: UInt8 = 0, seconds: UInt8? = nil, row: UInt8 = 1, column: UInt8 = 1
  ) {
    self.reader = reader
    self.seconds = seconds
    self.row = row
    self.column = column
    bytes = text.unicodeScalars.prefix(255).map {
      (0x20...0x7E).contains($0.value) ? UInt8($0.value) : UInt8(ascii: "?")
    }
  }

  var data: [UInt8] {
    [reader, seconds == nil ? 1 : 3, seconds ?? 0, row, column, UInt8(clamping: bytes.count)]
      + bytes
  }

  init?(_ data: [UInt8]) {
    guard data.count >= 6, data.count == 6 + Int(data[5]), (1...4).contains(data[1]) else {
      return nil
    }
    reader = data[0]
    seconds = data[1] > 2 ? data[2] : nil
    row = data[3]
    column = data[4]
    bytes = Array(data[6...])
  }
}
