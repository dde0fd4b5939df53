/// The known formats, by the names in common use.
///
/// Sources, compared with each other: SIA AC-01 (26 bits); the card format notes of HID and of
/// manufacturers of panels and readers (OpenOptions for H10304, RF IDeas for H10301, ZKTeco for
/// 50 bits); the list of formats of the Proxmark3 project (`wiegand list`) and its reader for
/// AWID. Formats whose check bits are not publicly known come last of their length; see
/// `FormatTable.default`, which has none of them.
extension FormatTable {
  public static let standard = FormatTable(formats: [
    .h10301, .ind26, .awid26, .ind27, .ind29, .adt31, .kastle, .kantech, .d10202,
    .h10306, .n10002, .bqt34, .awid34, .c1k35s, .s12906, .sie36,
    .h10302, .h10304, .bqt38, .pw39, .p10001, .c1k48s, .awid50, .avig56,
  ])
}

extension WiegandFormat {
  // MARK: One check bit at either end

  static let h10301 = halves("H10301", bits: 26, facility: 1...8, card: 9...24)
  static let ind26 = halves("ind26", bits: 26, facility: 1...12, card: 13...24)
  /// On the wire the same as H10301.
  static let awid26 = halves("AWID26", bits: 26, facility: 1...8, card: 9...24)
  static let h10306 = halves("H10306", bits: 34, facility: 1...16, card: 17...32)
  /// Northern Computers; on the wire the same as H10306.
  static let n10002 = halves("N10002", bits: 34, facility: 1...16, card: 17...32)
  static let bqt34 = halves("BQT34", bits: 34, facility: 1...8, card: 9...32)
  static let awid34 = halves("AWID34", bits: 34, facility: 1...8, card: 9...32)
  static let awid50 = halves("AWID50", bits: 50, facility: 1...16, card: 17...48)
  static let avig56 = halves("Avig56", bits: 56, facility: 1...20, card: 21...54)

  static let d10202 = WiegandFormat(
    known: "D10202", bitCount: 33, facility: Array(1...7), card: Array(8...31),
    parities: [.even(0, over: 1...16), .odd(32, over: 16...31)])
  static let s12906 = WiegandFormat(
    known: "S12906", bitCount: 36, facility: Array(1...8), card: Array(11...34),
    issue: [9, 10], parities: [.odd(0, over: 1...17), .odd(35, over: 17...34)])
  static let h10302 = WiegandFormat(
    known: "H10302", bitCount: 37, card: Array(1...35), parities: middleInBoth37)
  static let h10304 = WiegandFormat(
    known: "H10304", bitCount: 37, facility: Array(1...16), card: Array(17...35),
    parities: middleInBoth37)
  static let bqt38 = WiegandFormat(
    known: "BQT38", bitCount: 38, facility: Array(24...36), card: Array(1...19),
    issue: Array(20...23), parities: [.even(0, over: 1...18), .odd(37, over: 19...36)])
  static let pw39 = WiegandFormat(
    known: "PW39", bitCount: 39, facility: Array(1...17), card: Array(18...37),
    parities: [.even(0, over: 1...18), .odd(38, over: 19...37)])
  static let kastle = WiegandFormat(
    known: "Kastle", bitCount: 32, facility: Array(7...14), card: Array(15...30),
    issue: Array(2...6), parities: [.even(0, over: 1...16), .odd(31, over: 14...30)],
    fixed: [.init(bit: 1, isOne: true)])

  // MARK: Interleaved check bits

  /// Corporate 1000 of 35 bits. Each inner check bit covers two of every three bits; the first
  /// bit covers all the rest.
  static let c1k35s = WiegandFormat(
    known: "C1k35s", bitCount: 35, facility: Array(2...13), card: Array(14...33),
    parities: [
      .init(bit: 1, covers: (2...33).filter { $0 % 3 != 1 }, isOdd: false),
      .init(bit: 34, covers: (1...32).filter { $0 % 3 != 0 }, isOdd: true),
      .odd(0, over: 1...34),
    ])
  /// Corporate 1000 of 48 bits, on the same plan.
  static let c1k48s = WiegandFormat(
    known: "C1k48s", bitCount: 48, facility: Array(2...23), card: Array(24...46),
    parities: [
      .init(bit: 1, covers: (3...46).filter { $0 % 3 != 2 }, isOdd: false),
      .init(bit: 47, covers: (2...45).filter { $0 % 3 != 1 }, isOdd: true),
      .odd(0, over: 1...47),
    ])
  static let sie36 = WiegandFormat(
    known: "Sie36", bitCount: 36, facility: Array(1...18), card: Array(19...34),
    parities: [
      .init(bit: 0, covers: (1...34).filter { $0 % 3 != 2 }, isOdd: true),
      .init(bit: 35, covers: (1...34).filter { $0 % 3 != 0 }, isOdd: false),
    ])
  /// Honeywell. Four ones first; the last byte is the exclusive or of the four before it.
  static let p10001 = WiegandFormat(
    known: "P10001", bitCount: 40, facility: Array(4...15), card: Array(16...31),
    parities: (32...39).map { bit in
      .init(bit: bit, covers: [bit - 32, bit - 24, bit - 16, bit - 8], isOdd: false)
    },
    fixed: (0...3).map { .init(bit: $0, isOne: true) })

  // MARK: No check bits

  /// Every frame of 27 bits fits: enable it only where such cards are.
  static let ind27 = WiegandFormat(
    known: "ind27", bitCount: 27, facility: Array(0...12), card: Array(13...26))
  /// Every frame of 29 bits fits: enable it only where such cards are.
  static let ind29 = WiegandFormat(
    known: "ind29", bitCount: 29, facility: Array(0...12), card: Array(13...28))

  /// Its check bits are not publicly known; every frame of 31 bits fits.
  static let adt31 = WiegandFormat(
    known: "ADT31", bitCount: 31, facility: Array(1...4), card: Array(5...27))
  /// Its check bits are not publicly known; every frame of 32 bits fits.
  static let kantech = WiegandFormat(
    known: "Kantech", bitCount: 32, facility: Array(7...14), card: Array(15...30))

  // MARK: Building blocks

  /// In the 37-bit formats both check bits cover the middle bit.
  private static let middleInBoth37: [Parity] = [.even(0, over: 1...18), .odd(36, over: 18...35)]

  /// First bit even over the first half, last bit odd over the second: the plan of the 26-bit
  /// standard and of the formats made after it.
  private static func halves(
    _ name: String, bits: Int, facility: ClosedRange<Int>, card: ClosedRange<Int>
  ) -> WiegandFormat {
    WiegandFormat(
      known: name, bitCount: bits, facility: Array(facility), card: Array(card),
      parities: [.even(0, over: 1...bits / 2 - 1), .odd(bits - 1, over: bits / 2...bits - 2)])
  }
}

extension WiegandFormat.Parity {
  fileprivate static func even(_ bit: Int, over covered: ClosedRange<Int>) -> Self {
    Self(bit: bit, covers: Array(covered), isOdd: false)
  }

  fileprivate static func odd(_ bit: Int, over covered: ClosedRange<Int>) -> Self {
    Self(bit: bit, covers: Array(covered), isOdd: true)
  }
}
