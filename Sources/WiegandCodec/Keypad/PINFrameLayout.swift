/// How a keypad that sends a PIN as one frame writes it. A row is a case and what it returns in
/// ``coding``.
public enum PINFrameLayout: String, Sendable, Hashable, CaseIterable {
  /// 26 bits as a card of format H10301: facility code of 8 bits, the PIN as a number of 16 bits.
  /// (Rosslare and many others: "binary, with facility code".)
  case number26
  /// 30 bits: check bits at both ends, the PIN as a number of 28 bits between them.
  case number30
  /// 32 bits: the PIN as a number. Nothing checks it.
  case number32
  /// 34 bits as a card of format H10306: facility code and number of 16 bits each.
  case number34
  /// Four bits a digit; the rest, on either side, is filled with F. (Rosslare: "BCD", Indala.)
  case bcd
  /// Four bits a digit, with zeros before the PIN.
  case bcdZerosBefore
  /// Four bits a digit, with zeros after the PIN. Without a fixed length, zeros at a PIN's own end
  /// cannot be told from those, beyond the fourth digit.
  case bcdZerosAfter

  /// What a frame's bits are.
  enum Coding: Sendable {
    case number(WiegandFormat)
    case digits(Filling)
  }

  /// With what a frame of digits is filled.
  enum Filling: Sendable { case ones, zerosBefore, zerosAfter }

  /// True where a facility code can mark the frames that are PINs.
  public var hasFacility: Bool {
    switch coding {
    case .number(let format): !format.facility.isEmpty
    case .digits: false
    }
  }

  /// True where digits are sent, so that the length of the frame differs from keypad to keypad.
  public var isDigits: Bool {
    switch coding {
    case .number: false
    case .digits: true
    }
  }

  var coding: Coding {
    switch self {
    case .number26: .number(.h10301)
    case .number30: .number(Self.thirtyBits)
    case .number32:
      .number(WiegandFormat(known: "number32", bitCount: 32, card: Array(0...31)))
    case .number34: .number(.h10306)
    case .bcd: .digits(.ones)
    case .bcdZerosBefore: .digits(.zerosBefore)
    case .bcdZerosAfter: .digits(.zerosAfter)
    }
  }

  private static let thirtyBits = WiegandFormat(
    known: "number30", bitCount: 30, card: Array(1...28),
    parities: [
      WiegandFormat.Parity(bit: 0, covers: Array(1...14), isOdd: false),
      WiegandFormat.Parity(bit: 29, covers: Array(15...28), isOdd: true),
    ])
}
