import Certificates
import CloudProtocol
import DoorRules
import Foundation

extension FuzzTarget {
  /// The small grammars: accepted text must be written again unchanged.
  static let words = FuzzTarget(
    "words", "identifiers, dates, local times, topics, base64url, digests", bytesMax: 128,
    seeds: {
      ["front", "2026-11-20", "2026-11-20T09:30", "postern/v1/gate-1/down/config", "AAECAwQ"]
        .map { Array($0.utf8) }
    },
    make: {
      guard let controller = ControllerID("gate-1") else { throw FuzzFinding("no controller") }
      let topics = Topics(controller: controller)
      return { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let id = DoorID(text) { try demand(id.rawValue == text, "an identifier changed") }
        if let date = CivilDate(parsing: text) {
          try demand("\(date)" == text, "a date changed")
          try demand(CivilDate(dayNumber: date.dayNumber) == date, "a date is not its day")
        }
        _ = CivilDate.parsing(localTime: text)
        if let kind = topics.parseDown(text) {
          try demand(topics.topic(kind) == text, "a topic changed")
        }
        if let (who, kind) = Topics.parseUp(text) {
          try demand(Topics(controller: who).topic(kind) == text, "a topic changed")
        }
        if let decoded = Base64URL.decode(bytes) {
          try demand(Base64URL.encode(decoded) == bytes, "two texts for the same bytes")
        }
        try demand(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "base64url loses bytes")
      }
    })

  /// Zone files as the system has them.
  static let zoneFile = FuzzTarget(
    "zone-file", "time zone files (RFC 8536)", bytesMax: 4_096,
    seeds: {
      ["UTC", "Europe/Berlin", "Asia/Kolkata", "Africa/Casablanca"].compactMap { name in
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { [UInt8]($0) }
      }
    },
    make: {
      { bytes in
        guard let rules = try? ZoneRules(tzif: bytes) else { return }
        for seconds in [Int64.min / 2, -1, 0, 1_795_176_000, 253_402_300_799, Int64.max / 2] {
          _ = rules.civil(at: WallInstant(secondsSince1970: seconds)).text
        }
        for day in [1, 90, 300] {
          let date = CivilDate(year: 2026, month: 1, day: 1).dayNumber + day
          _ = rules.instant(of: CivilDate(dayNumber: date), minuteOfDay: 150)
        }
      }
    })

  /// A certificate's end, from PEM.
  static let certificate = FuzzTarget(
    "certificate", "certificates in PEM", bytesMax: 2_048,
    seeds: {
      let der: [UInt8] = [0x30, 0x0A, 0x30, 0x08, 0xA0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01]
      let body = Data(der).base64EncodedString()
      return [
        Array("-----BEGIN CERTIFICATE-----\n\(body)\n-----END CERTIFICATE-----\n".utf8), [0] + der,
      ]
    },
    make: {
      { bytes in
        // A zero in front: DER as it is, so that the inputs need not find base64 first.
        let text =
          bytes.first == 0
          ? "-----BEGIN CERTIFICATE-----\n\(Data(bytes.dropFirst()).base64EncodedString())\n"
            + "-----END CERTIFICATE-----\n" : String(decoding: bytes, as: UTF8.self)
        _ = CertificateEnd.earliest(ofPEM: text)
      }
    })
}
