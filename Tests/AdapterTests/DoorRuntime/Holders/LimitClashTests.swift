import CloudProtocol
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("Limits of what is remembered of clashes")
struct LimitClashTests {
  @Test("of more than 256 pairs that one card fits the one told longest ago is told again")
  func clashesShown() throws {
    var watch = ClashWatch()
    func show(_ number: Int) -> Int {
      let holders = ["a", "b"].map { name in
        let person = PersonID("\(name)-\(number)")!
        let credential = Credential(
          id: CredentialID("c-\(name)-\(number)")!, kind: .card, person: person, status: .active)
        return CredentialHolder(
          credential: credential, person: Person(id: person, accessEnabled: true))
      }
      return watch.note(holders, reach: { CredentialReach() }).count
    }
    for number in 0..<ClashWatch.pairsMax {
      #expect(show(number) == 2)
      #expect(show(number) == 0)
    }
    #expect(show(0) == 0)
    #expect(show(ClashWatch.pairsMax) == 2)
    #expect(show(1) == 0)
    #expect(show(0) == 2)
  }
}
