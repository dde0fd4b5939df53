import CloudProtocol
import Testing

@Suite("D2: what a controller must be able to do before a record or a configuration goes there")
struct FeatureTests {
  private func hello(_ features: [String]?) -> Hello {
    var hello = Hello(
      controller: "c1", software: "1.0.0", bootID: "b", sessionNonce: "n", configRevision: 0,
      credentialRevision: 0, logEpoch: "e", lastEvent: 0, acknowledgedEvent: 0,
      clockTrust: "unknown", simulated: true)
    hello.features = features
    return hello
  }

  @Test("a controller of this version lacks nothing; an older one lacks what it does not name")
  func lacks() {
    let all = Hello.Feature.allCases
    #expect(hello(all.map(\.rawValue)).lacks(all) == [])
    #expect(hello(nil).lacks([.exclusions, .escort]) == [.exclusions, .escort])
    #expect(hello(["escort", "later"]).lacks([.exclusions, .escort]) == [.exclusions])
  }

  @Test("records and configurations name exactly what they need")
  func needed() throws {
    var person = PersonRecord(id: "ada", accessEnabled: true)
    #expect(person.neededFeatures == [])
    (person.exclusions, person.qualifications) = ([], [])
    #expect(person.neededFeatures == [])
    person.exclusions = [ExclusionRecord(facilityWide: true)]
    person.qualifications = [QualificationRecord(name: "paid")]
    person.escort = "host"
    #expect(person.neededFeatures == [.exclusions, .qualifications, .escort])

    var card = StoreFixture.credential(1)
    #expect(card.neededFeatures == [])
    (card.issue, card.unusedDays) = (1, 30)
    #expect(card.neededFeatures == [.issueNumbers, .unusedDays])

    var document = StoreFixture.configuration(1)
    document.facility.settings.requiredQualifications = []
    #expect(document.neededFeatures == [])
    for change in [
      { $0.facility.settings.requiredQualifications = ["paid"] },
      { $0.doors[0].settings.requiredQualifications = ["paid"] },
    ] as [(inout ConfigurationDocument) -> Void] {
      var changed = document
      change(&changed)
      #expect(changed.neededFeatures == [.qualifications])
    }
    document.facility.areas = [
      AreaDocument(
        id: "hall", name: "Hall", entryReaders: ["in"], exitReaders: ["out"], antiPassback: "off")
    ]
    #expect(document.neededFeatures == [])
    document.facility.areas?[0].occupancy = OccupancyDocument()
    #expect(document.neededFeatures == [.occupancy])
  }
}
