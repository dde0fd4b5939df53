import DoorRules
import Testing

@Suite("B8: words for every reason")
struct DenialReasonTests {
  @Test("B8: every reason has words for the member, the log and the technician")
  func words() {
    for reason in DenialReason.allCases {
      for text in [reason.memberText, reason.sentence, reason.advice] { #expect(!text.isEmpty) }
    }
  }
}
