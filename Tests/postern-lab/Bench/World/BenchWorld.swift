import CloudProtocol
import DoorRules
import Foundation
import HostLinux
import WiegandCodec

/// A facility and its people, the same for every run.
struct BenchWorld {
  static let personsPerCredential = 0.4
  static let doors = (0..<8).map { "door\($0)" }
  static let readers = (0..<8).map { "reader\($0)" }
  /// The device's key for digests.
  static let credentialKey = [UInt8](repeating: 7, count: 32)

  let document: ConfigurationDocument
  let policy: PolicySnapshot
  let door: DoorID
  let persons: [PersonRecord]
  let credentials: [CredentialRecord]
  /// Monday 2026-11-23, 10:00 in Berlin.
  let now = WallInstant(secondsSince1970: 1_795_424_400)

  /// `count` credentials for two fifths as many persons. `isAlwaysOpen`: cards are also granted at
  /// night, whenever the benchmark runs.
  init(credentials count: Int, isAlwaysOpen: Bool = false) throws {
    let week: HoursDocument = [
      "monday": [WindowDocument(from: "08:00", to: "18:00")],
      "friday": [WindowDocument(from: "22:00", to: "04:00")],
    ]
    document = ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "f", name: "F", timeZone: "Europe/Berlin",
        settings: AccessSettingsDocument(
          holdTimeSeconds: 1,
          accessHours: isAlwaysOpen ? nil : week,
          memberRules: [
            MemberRuleDocument(name: "staff", memberTypes: ["staff"]),
            MemberRuleDocument(name: "tagged", memberTypes: ["member"], anyTags: ["gym", "pool"]),
          ]),
        holidays: [HolidayDocument(date: "2026-12-25", name: "Christmas", effect: "closed")]),
      scopes: (0..<4).map {
        ScopeDocument(
          id: "scope\($0)", name: "Scope \($0)", priority: $0,
          doors: ["door\($0)", "door\($0 + 4)"])
      }, doors: Self.doors.map { DoorDocument(id: $0, name: $0) })
    let zones = SystemZones()
    policy = try document.validated(zones: { (try? zones.zone(named: $0))?.rules })
    guard let door = DoorID("door1"),
      let digester = CredentialDigester(keyBytes: Self.credentialKey)
    else { throw CocoaError(.coderInvalidValue) }
    self.door = door
    let personCount = Self.persons(of: count)
    persons = (0..<personCount).map { index in
      let kinds = ["staff", "member", "guest"]
      return PersonRecord(
        id: "p\(index)", accessEnabled: index % 50 != 0, memberType: kinds[index % 3],
        tags: index % 2 == 0 ? ["gym"] : [],
        grants: index % 3 == 2 ? [GrantRecord(facilityWide: false, groups: ["scope1"])] : [])
    }
    credentials = (0..<count).map { index in
      CredentialRecord(
        id: "c\(index)", kind: "card", person: "p\(index % personCount)", status: "active",
        digest: digester.digest(ofCanonical: Self.card(index).canonical),
        validFrom: 1_700_000_000, validUntil: index % 4 == 0 ? 1_990_000_000 : nil,
        everywhere: true)
    }
  }

  private static func persons(of credentials: Int) -> Int {
    max(1, Int(Double(credentials) * personsPerCredential))
  }

  /// The card of a credential.
  static func card(_ index: Int) -> CardCandidate {
    CardCandidate(
      format: "H10301", facility: UInt64(index >> 16 & 0xFF), card: UInt64(index & 0xFFFF))
  }

  /// The bits that a reader sends for the card of a credential.
  static func bits(_ index: Int) throws -> [Bool] {
    let card = card(index)
    return try FormatTable.standard.encode(
      format: card.format, facility: card.facility, card: card.card)
  }

  /// A credential that opens every door of a world with `count` of them: of staff who may come in.
  static func staffCard(of count: Int, using generator: inout SeededGenerator) -> Int {
    while true {
      let index = Int(generator.next() % UInt64(count))
      let person = index % persons(of: count)
      if person % 3 == 0, person % 50 != 0 { return index }
    }
  }

  func request(_ holders: [CredentialHolder]) -> AccessRequest {
    AccessRequest(
      door: door, presentation: .card, holders: holders, at: now, clockTrust: .synchronised)
  }
}
