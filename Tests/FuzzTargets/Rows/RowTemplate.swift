import CloudProtocol
import CoreModels
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import StoreSQLite
import WiegandCodec

/// Two sound databases with something in every table.
struct RowTemplate {
  static let controller = "gate-1"
  static let now: Int64 = 1_800_000_000
  static let peopleCount = 40
  static let credentialKey = [UInt8](repeating: 7, count: 32)
  static let offlineKeyText =
    "* opin-1 0 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
  /// The number of a card that was handed over on site.
  static let issuedCard = 900

  let guide: RowGuide
  private let folder: String

  init(folder: String) throws {
    self.folder = folder
    try Self.fillCache(folder)
    try Self.fillEvents(folder)
    guide = try RowGuide(folder: folder)
  }

  func copy(to place: String) throws {
    try FileManager.default.copyItem(atPath: folder, toPath: place)
  }

  static func digester() throws -> CredentialDigester {
    guard let made = CredentialDigester(keyBytes: credentialKey) else {
      throw FuzzFinding("no digester")
    }
    return made
  }

  private static func digest(card: Int) throws -> CredentialDigest {
    let candidate = CardCandidate(format: "H10301", facility: 12, card: UInt64(card))
    return try digester().digest(ofCanonical: candidate.canonical)
  }

  private static func person(_ number: Int) -> PersonRecord {
    PersonRecord(
      id: "p\(number)", accessEnabled: true, memberType: "member",
      tags: number % 3 == 0 ? ["t1", "t2"] : [],
      grants: [GrantRecord(facilityWide: number % 2 == 0, doors: ["front"])])
  }

  private static func credential(_ number: Int) throws -> CredentialRecord {
    CredentialRecord(
      id: "c\(number)", kind: number % 8 == 7 ? "mobile" : "card", person: "p\(number)",
      status: number % 10 == 9 ? "revoked" : "active", digest: try digest(card: number),
      validFrom: number % 2 == 0 ? now - 86_400 : nil,
      validUntil: number % 3 == 0 ? now + 86_400 : nil, doors: ["front"],
      usesMax: number % 4 == 0 ? 3 : nil,
      validSecondsFromFirstUse: number % 4 == 1 ? 3_600 : nil)
  }

  private static func fillCache(_ folder: String) throws {
    let cache = try CacheDatabase(folder: folder)
    let zone = try SystemZones().zone(named: "Europe/Berlin")
    for revision in 1...2 {
      try cache.replaceConfiguration(
        try ConfigurationDocument.parse(
          Array(
            """
            {"revision":\(revision),"facility":{"id":"hq","name":"HQ","timeZone":"Europe/Berlin",
            "leadMinutes":15,"credentialClasses":{"standard":{"offlineHours":72}}},
            "scopes":[{"id":"gym","name":"Gym","priority":0,"doors":["front"]}],
            "areas":[{"id":"hall","name":"Hall","antiPassback":"soft"}],
            "doors":[{"id":"front","name":"Front","holdTimeSeconds":4}]}
            """.utf8)), zone: zone)
    }
    let numbers = 0..<peopleCount
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 4, persons: numbers.map(person),
        credentials: try numbers.map(credential)
      ).sifted())
    // A snapshot that was half pulled.
    _ = try cache.stage(SnapshotOffer(snapshotID: "s-1", revision: 5, chunks: 2))
    _ = try cache.stage(
      SnapshotChunk(
        snapshotID: "s-1", revision: 5, index: 0, persons: (0..<10).map(person),
        credentials: try (0..<10).map(credential)
      ).sifted())
    try cache.close()
  }

  private static func event(_ number: Int) -> EventDraft {
    let isAlarm = number % 7 == 0
    let type: EventType = isAlarm ? .alarmRaised : .accessGranted
    return EventDraft(
      id: "e\(number)", type: type.wireName, timeMilliseconds: now * 1_000 + Int64(number),
      clockTrust: "synchronised", simulated: true, door: "front", reader: "front-in",
      person: "p\(number)", credential: "c\(number)", reason: isAlarm ? "forced" : nil,
      detail: ["count": "\(number)"])
  }

  private static func fillEvents(_ folder: String) throws {
    let events = try EventDatabase(folder: folder)
    for number in 0..<30 { _ = try events.append([event(number)]) }
    try events.acknowledge(through: 12)
    let at = WallInstant(secondsSince1970: now)
    for number in 0..<6 {
      let id = "command-\(number)"
      _ = try events.begin(
        commandID: id, content: nil, at: at,
        expires: at.advanced(bySeconds: number % 2 == 0 ? 30 : -30))
      guard number < 5 else { continue }
      try events.finish(
        commandID: id,
        result: CommandResult(
          commandID: id, outcome: .confirmed, reason: nil, simulated: true,
          timeMilliseconds: now * 1_000))
    }
    try events.confirmResults(["command-0", "command-1"])
    try events.setValues(states().mapValues { Array($0.utf8) })
    let mark = withUnsafeBytes(of: (now * 1_000).littleEndian) { Array($0) }
    try events.setValues(["clock.watermark": mark])
    for number in 0..<6 {
      let record = CredentialRecord(
        id: "issued-\(number)", kind: "card", person: "guest-\(number)", status: "active",
        digest: try digest(card: issuedCard + number), validFrom: now - 3_600,
        validUntil: now + 86_400, doors: ["front"], className: CredentialClass.offlineName,
        usesMax: number % 2 == 0 ? 5 : nil)
      try events.keep(
        IssuedKey(
          record: record, issuer: "desk-\(number)", certificate: "desk", order: "o-\(number)",
          issuedAt: now - 60, handedOverAt: now - 30, uses: 1),
        mark: IssuerMark(issuer: "desk-\(number)", sequence: 10, order: "o-\(number)"))
    }
    try events.close()
  }

  /// Everything that survives a restart, as the runtime writes it.
  private static func states() -> [String: String] {
    let milliseconds = now * 1_000
    var values = [
      "cloud.heard": "\(milliseconds - 60_000) 60", "cloud.keys": "kid-2 AAAA",
      "expiry": "broker.pem \(now + 86_400) 1",
      "offlinePIN": (0..<4).map { "front \(now / 3_600 - 2) 24 \($0) 1 live" }
        .joined(separator: "\n"),
      "lockout.front-in": "3 1 20000 \(milliseconds)",
      "lockout.cards": "c1 2 0 0 \(milliseconds)\nc2 3 1 5000 \(milliseconds)",
      "firstPerson.front": "\(milliseconds)", "presence.forgiven": "\(milliseconds - 86_400_000)",
      "modes.front": """
      [{"mode":"maintenanceOpen","owner":"local:x","reason":"r","sinceMilliseconds":\(milliseconds),
      "untilMilliseconds":\(milliseconds + 60_000)}]
      """,
    ]
    for number in 0..<peopleCount {
      values["use.c\(number)"] = "1 \(milliseconds - 1_000)"
      values["presence.of.p\(number)"] = "hall \(number % 2) \(milliseconds - 1_000)"
    }
    return values
  }
}
