import CloudProtocol
import DoorRules
import Testing

@Suite("A reason is told in the words of its own list (E6, D13)")
struct EventReasonTests {
  @Test("a denial has its sentence; what was refused of the broker is not told as a denial")
  func words() {
    for reason in DenialReason.allCases {
      #expect(EventType.accessDenied.words(of: reason.rawValue) == reason.texts.sentence)
    }
    let elsewhere: [(EventType, String)] = [
      (.messageRefused, "notYetValid"), (.messageRefused, "expired"),
      (.certificateExpired, "expired"), (.alarmRaised, "forcedOpen"),
    ]
    for (type, reason) in elsewhere { #expect(type.words(of: reason) == nil, "\(reason)") }
  }
}
