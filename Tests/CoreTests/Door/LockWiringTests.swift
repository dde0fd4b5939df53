import CoreModels
import DoorRules
import Foundation
import Testing

@Suite("LockWiring: the drawings and tables of deploy/wiring.md say what the relay does (A1)")
struct LockWiringTests {
  @Test("on NO each kind of lock is locked when secured and free when released; on NC it is turned")
  func contacts() {
    for failSafe in [false, true] {
      for contact in LockWiring.Contact.allCases {
        let wiring = LockWiring(failSafe: failSafe, contact: contact)
        let isRight = !wiring.isFree(in: .secured) && wiring.isFree(in: .released)
        #expect(isRight == (contact == .normallyOpen), "\(failSafe) \(contact)")
      }
    }
  }

  @Test("when program, controller or supply dies, a magnet is free and a strike is locked")
  func dead() {
    for situation in [
      LockWiring.Situation.programEnded, .controllerWithoutPower, .lockWithoutPower,
    ] {
      #expect(LockWiring(failSafe: true).isFree(in: situation))
      #expect(!LockWiring(failSafe: false).isFree(in: situation))
    }
  }

  @Test("the page has a drawing and a table of each kind, as the code derives them")
  func page() throws {
    let place = Repository.file("deploy/wiring.md")
    var page = try String(contentsOf: place, encoding: .utf8)
    let before = page
    for failSafe in [false, true] {
      page = try #require(
        LockWiringPage.filled(page, "failSafe: \(failSafe)", LockWiringPage(failSafe).text))
    }
    if ProcessInfo.processInfo.environment["POSTERN_UPDATE_DOCS"] == "1" {
      try Data(page.utf8).write(to: place)
    } else {
      #expect(page == before, "POSTERN_UPDATE_DOCS=1 swift test --filter LockWiring prints it anew")
    }
  }

  @Test("a drawing on the other contact would not be the page's")
  func otherContact() {
    let right = LockWiringPage(true).text
    #expect(right.contains("NO ──") && !right.contains("NC ──"))
    let turned = LockWiringPage(wiring: LockWiring(failSafe: true, contact: .normallyClosed)).text
    #expect(turned != right)
    #expect(turned.contains("| the door is secured | on | none | FREE |"))
  }
}
