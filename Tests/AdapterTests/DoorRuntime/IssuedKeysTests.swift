import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("Keys that were handed over reach the cloud although a broker drops their report (C5, D9)")
struct IssuedKeysTests {
  private let controller = ControllerID("gate-1")!
  private var keys = IssuedKeys()

  init() throws {
    let digester = try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
    keys.adopt(
      IssuedBook(
        keys: [
          IssuedKey(
            record: CredentialRecord(
              id: "key-1", kind: "card", person: "guest", status: "active",
              digest: digester.digest(ofCanonical: Secret("card:H10301:1:2"))),
            issuer: "desk", certificate: "desk-2027", order: "order-1", issuedAt: 1,
            handedOverAt: 1)
        ]))
  }

  /// The heartbeats of the first 200 at which the keys are reported.
  private mutating func heartbeats() -> [Int] {
    (1...200).filter { _ in !keys.reportsAgain(of: controller).isEmpty }
  }

  @Test("a report is repeated after 1, 2, 4 heartbeats and so on, at most 64, until it is answered")
  mutating func again() {
    #expect(keys.newReports(of: controller).flatMap(\.keys).map(\.record.id) == ["key-1"])
    #expect(heartbeats() == [1, 3, 7, 15, 31, 63, 127, 191])
    // A new connection begins anew.
    _ = keys.newReports(of: controller)
    #expect(!keys.reportsAgain(of: controller).isEmpty)
  }

  @Test("what the cloud has is not reported any more")
  mutating func answered() {
    _ = keys.newReports(of: controller)
    let now = Moment(
      monotonic: PartFixture.instant(0), wall: WallInstant(secondsSince1970: 2),
      trust: .synchronised)
    _ = keys.reconcile([], cached: ["key-1"], at: now)
    #expect(heartbeats() == [])
  }
}
