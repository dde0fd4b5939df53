import CloudProtocol
import DoorRules
import Testing

@Suite("Classes of credentials that cannot mean what was meant are told (D4)")
struct ValidationClassTests {
  private func warnings(_ name: String, _ document: CredentialClassDocument) -> [String] {
    ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "f", name: "F", timeZone: "UTC", credentialClasses: [name: document]),
      scopes: [], doors: [DoorDocument(id: "front", name: "Front")]
    ).warnings(wired: [], readers: []).map(\.description)
  }

  @Test("a name that differs from a built-in one only in its letters is none of it")
  func letters() {
    for name in ["Standard", "BACKUP", "Offline"] {
      #expect(
        warnings(name, CredentialClassDocument()) == [
          "facility.credentialClasses.\(name): is another class than the built-in "
            + "\(name.lowercased()): letters count"
        ])
    }
    #expect(warnings("standard", CredentialClassDocument()) == [])
    #expect(warnings("vip", CredentialClassDocument()) == [])
  }

  @Test("a class that never ended and now does is told, unless its hours are named")
  func endless() {
    for name in ["backup", "offline"] {
      #expect(
        warnings(name, CredentialClassDocument(graceHours: 3)) == [
          "facility.credentialClasses.\(name): ends after 72 hours without the cloud, while the "
            + "built-in \(name) never does; name offlineHours or servesWithoutEnd"
        ])
      #expect(warnings(name, CredentialClassDocument(offlineHours: 100)) == [])
      #expect(warnings(name, CredentialClassDocument(servesWithoutEnd: true)) == [])
    }
  }
}
