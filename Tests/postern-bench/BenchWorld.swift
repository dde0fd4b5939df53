import CloudProtocol
import DoorRules
import Foundation
import HostLinux

/// A facility with its people, the same for every run.
struct BenchWorld {
  static let personsPerCredential = 0.4

  let policy: PolicySnapshot
  let door: DoorID
  let persons: [PersonRecord]
  let credentials: [CredentialRecord]
  /// Monday 2026-11-23, 10:00 in Berlin.
  let now = WallInstant(secondsSince1970: 1_795_424_400)

  /// `count` credentials of two fifths as many persons.
  init(credentials count: Int) throws {
    let week: HoursDocument = [
      "monday": [WindowDocument(from: "08:00", to: "18:00")],
      "friday": [WindowDocument(from: "22:00", to: "04:00")],
    ]
    let doors = (0..<8).map { DoorDocument(id: "door\($0)", name: "Door \($0)") }
    let document = ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "f", name: "F", timeZone: "Europe/Berlin",
        settings: AccessSettingsDocument(
          accessHours: week,
          memberRules: [
            MemberRuleDocument(name: "staff", memberTypes: ["staff"]),
            MemberRuleDocument(name: "tagged", memberTypes: ["member"], anyTags: ["gym", "pool"]),
          ]),
        holidays: [HolidayDocument(date: "2026-12-25", name: "Christmas", effect: "closed")]),
      scopes: (0..<4).map {
        ScopeDocument(
          id: "scope\($0)", name: "Scope \($0)", priority: $0,
          doors: ["door\($0)", "door\($0 + 4)"])
      }, doors: doors)
    let zones = SystemZones()
    policy = try document.validated(zones: { try? zones.rules(for: $0) })
    guard let door = DoorID("door1") else { throw CocoaError(.coderInvalidValue) }
    self.door = door
    let personCount = max(1, Int(Double(count) * Self.personsPerCredential))
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
        digest: Self.digest(index), validFrom: 1_790_000_000,
        validUntil: index % 4 == 0 ? 1_900_000_000 : nil)
    }
  }

  /// 32 bytes that are spread as a digest's are.
  static func digest(_ index: Int) -> CredentialDigest {
    var generator = SeededGenerator(seed: UInt64(index))
    var bytes: [UInt8] = []
    for _ in 0..<4 {
      let word = generator.next()
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    guard let digest = CredentialDigest(bytes: bytes) else { return Self.digest(index) }
    return digest
  }

  func request(_ holders: [CredentialHolder]) -> AccessRequest {
    AccessRequest(
      door: door, presentation: .card, holders: holders, at: now, clockTrust: .synchronised)
  }
}
