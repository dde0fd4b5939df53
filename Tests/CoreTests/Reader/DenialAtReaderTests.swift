import DoorRules
import Testing

@testable import DoorCore

@Suite("What a denial means at the reader (A4, A8)")
struct DenialAtReaderTests {
  private func reasons(_ holds: (DenialReason) -> Bool) -> Set<DenialReason> {
    Set(DenialReason.allCases.filter(holds))
  }

  @Test("a PIN is wrong when nobody has it, or when it is not the card's; never without a PIN")
  func wrongPIN() {
    #expect(reasons(Presentation.pin.isWrongPIN) == [.unknownCredential])
    #expect(reasons(Presentation.cardThenPIN.isWrongPIN) == [.pinMismatch])
    #expect(reasons(Presentation.card.isWrongPIN) == [])
  }

  @Test("a PIN that is withdrawn, out of its time, used up, of another device or of nobody is void")
  func void() {
    #expect(
      reasons { $0.atReader.voidsPIN } == [
        .credentialRevoked, .notYetValid, .expired, .wrongDevice, .useCountExceeded,
        .unusedTooLong, .unknownPerson,
      ])
  }

  @Test("all but three reasons are reported as denied, and two wait for a second person")
  func signals() {
    #expect(
      reasons { $0.atReader.signal == .moreInput } == [.secondPersonRequired, .escortRequired])
    #expect(reasons { $0.atReader.signal == .offlineTooLong } == [.cacheExpired])
    #expect(
      reasons { $0.atReader.signal == .denied }.count == DenialReason.allCases.count - 3)
    #expect(reasons { $0.atReader.awaitsSecondPerson } == [.secondPersonRequired, .escortRequired])
  }
}
