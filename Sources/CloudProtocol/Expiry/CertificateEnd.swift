public import DoorRules

/// The end of an X.509 certificate, RFC 5280 section 4.1.2.5, out of its PEM file. Nothing else of
/// it is looked at, and nothing is verified: that is TLS's work.
public enum CertificateEnd {
  /// The largest file, in bytes.
  public static let fileBytesMax = 65_536

  /// The earliest end among the certificates of a file; nil when there is none that can be read.
  public static func earliest(ofPEM text: String) -> WallInstant? {
    PEM.blocks(of: "CERTIFICATE", in: text).compactMap(end(ofDER:)).min()
  }

  /// `SEQUENCE { tbs SEQUENCE { [0] version OPTIONAL, serial, algorithm, issuer, validity … } … }`.
  static func end(ofDER bytes: [UInt8]) -> WallInstant? {
    var outer = Elements(bytes[...])
    guard let certificate = outer.next(), certificate.tag == 0x30 else { return nil }
    var inner = Elements(certificate.body)
    guard let signed = inner.next(), signed.tag == 0x30 else { return nil }
    var members = Elements(signed.body)
    guard var member = members.next() else { return nil }
    if member.tag == 0xA0 {
      guard let serial = members.next() else { return nil }
      member = serial
    }
    guard member.tag == 0x02, members.next()?.tag == 0x30, members.next()?.tag == 0x30,
      let validity = members.next(), validity.tag == 0x30
    else { return nil }
    var times = Elements(validity.body)
    guard times.next() != nil, let end = times.next() else { return nil }
    return time(end)
  }

  /// UTCTime or GeneralizedTime in the one form that DER allows, with seconds and `Z`.
  private static func time(_ element: Elements.Element) -> WallInstant? {
    guard element.body.last == UInt8(ascii: "Z") else { return nil }
    var digits = element.body.dropLast().map { Int($0) - 48 }
    guard digits.allSatisfy((0...9).contains) else { return nil }
    switch (element.tag, digits.count) {
    case (0x17, 12): digits = (digits[0] < 5 ? [2, 0] : [1, 9]) + digits
    case (0x18, 14): break
    default: return nil
    }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
    let date = CivilDate(year: number(0..<4), month: number(4..<6), day: number(6..<8))
    guard (1...12).contains(date.month), CivilDate(dayNumber: date.dayNumber) == date,
      number(8..<10) < 24, number(10..<12) < 60, number(12..<14) < 61
    else { return nil }
    let seconds = number(8..<10) * 3_600 + number(10..<12) * 60 + number(12..<14)
    return WallInstant(secondsSince1970: Int64(date.dayNumber * 86_400 + seconds))
  }

  /// The elements of a DER value, one after the other; ends at the first that does not fit.
  private struct Elements {
    struct Element {
      var tag: UInt8
      var body: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> Element? {
      guard let tag = rest.popFirst(), var length = rest.popFirst().map(Int.init) else {
        return nil
      }
      if length >= 0x80 {
        // More than three bytes of length are more than any file here has.
        guard (1...3).contains(length - 0x80) else { return nil }
        let count = length - 0x80
        length = 0
        for _ in 0..<count {
          guard let byte = rest.popFirst() else { return nil }
          length = length << 8 | Int(byte)
        }
      }
      guard length <= rest.count else { return nil }
      defer { rest = rest.dropFirst(length) }
      return Element(tag: tag, body: rest.prefix(length))
    }
  }
}
