public import DoorRules
import SwiftASN1

/// The end of an X.509 certificate, RFC 5280 section 4.1.2.5, from its PEM file. Nothing else of
/// it is read, and nothing is verified: TLS does that.
///
/// Only the structure is parsed, not the certificate: `X509.Certificate` throws for a public key of
/// an algorithm that it does not implement, and such a certificate ends too.
public enum CertificateEnd {
  /// The largest file, in bytes.
  public static let fileBytesMax = 65_536

  /// From when to when the first certificate of a file is valid; nil when it cannot be read.
  public static func life(ofPEM text: String) -> Range<WallInstant>? {
    guard let first = PEM.blocks(of: "CERTIFICATE", in: text).first,
      let (start, end) = try? life(ofDER: first), start < end
    else { return nil }
    return start..<end
  }

  /// The earliest end among the certificates of a file; nil when there is none that can be read.
  public static func earliest(ofPEM text: String) -> WallInstant? {
    earliestLife(ofPEM: text)?.upperBound
  }

  /// From when to when the one of a file is valid that ends first. One that ends before it begins
  /// has no life, and its end.
  public static func earliestLife(ofPEM text: String) -> Range<WallInstant>? {
    PEM.blocks(of: "CERTIFICATE", in: text).compactMap { try? life(ofDER: $0) }
      .min { $0.end < $1.end }.map { min($0.start, $0.end)..<$0.end }
  }

  /// `SEQUENCE { tbs SEQUENCE { [0] version OPTIONAL, serial, algorithm, issuer, validity … } … }`.
  private static func life(
    ofDER bytes: [UInt8]
  ) throws -> (start: WallInstant, end: WallInstant)? {
    try members(of: try DER.parse(bytes)) { certificate in
      try members(of: certificate.next()) { signed in
        _ = try DER.optionalExplicitlyTagged(&signed, tagNumber: 0, tagClass: .contextSpecific) {
          try Int(derEncoded: $0)
        }
        for _ in ["serialNumber", "signature", "issuer"] { _ = signed.next() }
        return try members(of: signed.next()) { validity in
          guard let start = try validity.next().map(instant),
            let end = try validity.next().map(instant)
          else { return nil }
          return (start, end)
        }
      }
    }
  }

  /// Reads the first members of a SEQUENCE; the others are not looked at.
  private static func members<Value>(
    of node: ASN1Node?, _ read: (inout ASN1NodeCollection.Iterator) throws -> Value?
  ) throws -> Value? {
    guard let node, node.identifier == .sequence, case .constructed(let members) = node.content
    else { return nil }
    var iterator = members.makeIterator()
    return try read(&iterator)
  }

  private static func instant(_ node: ASN1Node) throws -> WallInstant {
    if node.identifier == .utcTime {
      let time = try UTCTime(derEncoded: node)
      return instant(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
    }
    let time = try GeneralizedTime(derEncoded: node)
    return instant(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
  }

  private static func instant(
    _ year: Int, _ month: Int, _ day: Int, _ hours: Int, _ minutes: Int, _ seconds: Int
  ) -> WallInstant {
    let days = CivilDate(year: year, month: month, day: day).dayNumber
    return WallInstant(
      secondsSince1970: Int64(days * 86_400 + hours * 3_600 + minutes * 60 + seconds))
  }
}
