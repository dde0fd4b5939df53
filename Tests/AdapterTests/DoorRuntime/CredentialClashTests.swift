import CloudProtocol
import DoorRules
import StoreSQLite
import Testing

@testable import DoorRuntime

@Suite("C4: the door reports a value that two people share")
struct DoorCredentialClashTests {
  private let fixture = StoreFixture()

  @Test("two people's equal active values are found once; one person's own are not")
  func found() throws {
    let cache = try fixture.cache()
    var delta = StoreFixture.snapshot(1...3, revision: 1)
    for index in delta.credentials.indices {
      delta.credentials[index].digest = StoreFixture.digest(1)
    }
    delta.credentials[2].person = delta.credentials[0].person
    try cache.apply(delta)
    let found = CredentialClash.found(
      in: try delta.sifted().records, in: cache, reach: CredentialReach())
    #expect(found.map { "\($0.first) \($0.second)" } == ["c1 c2", "c2 c3"])
    delta.credentials[1].status = "revoked"
    delta.revision = 2
    try cache.apply(delta)
    #expect(
      CredentialClash.found(in: try delta.sifted().records, in: cache, reach: CredentialReach())
        .isEmpty)
  }
}
