import DoorCore
import Testing

@Suite("Settings of supervised inputs and of a reader's case (A6, B6)")
struct SupervisedInputTests {
  @Test("A6: bands that overlap are cut, the lower one counts")
  func bands() {
    let bands = SupervisionBands(
      shortedBelowOhms: 900, closedBelowOhms: 800, cutFromOhms: 850, opensWhenActive: true)
    #expect(bands.closedBelowOhms == 900 && bands.cutFromOhms == 900)
    let apart = SupervisionBands(shortedBelowOhms: 1, closedBelowOhms: 2, cutFromOhms: 3)
    #expect([0, 1, 2, 3].map { apart.state(ohms: $0) } == [.shorted, .idle, .active, .cut])
  }

  @Test("B6: every pair of codes for a reader's case, and which of them are none")
  func tamperCodes() {
    for opened: UInt8 in 10...17 {
      let isCode = (12...15).contains(opened)
      #expect((TamperCodes(opened: opened) != nil) == isCode)
      for closed: UInt8 in 10...17 {
        let codes = TamperCodes(opened: opened, closed: closed)
        let areCodes = isCode && (12...15).contains(closed) && opened != closed
        #expect((codes != nil) == areCodes, "\(opened) \(closed)")
        #expect(!areCodes || (codes?.opened == opened && codes?.closed == closed))
      }
    }
  }
}
