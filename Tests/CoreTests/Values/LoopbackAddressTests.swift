import DoorRules
import Testing

@Suite("Addresses that never leave the machine (E3)")
struct LoopbackAddressTests {
  @Test(
    "127.0.0.0/8 and ::1 are of this machine", arguments: ["127.0.0.1", "127.255.0.9", "::1"])
  func own(text: String) {
    #expect(LoopbackAddress.matches(text))
  }

  @Test(
    "anything else is not, above all a name that begins like one",
    arguments: [
      "127.example.org", "127.0.0.1.example.org", "127.", "127.0.0", "127.0.0.256", "127.0.0.01x",
      "127.0.0.+1", "127.0.0.", "127.0.0.1.",
      ".127.0.0.1", "127..0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1", "localhost", "",
    ])
  func foreign(text: String) {
    #expect(!LoopbackAddress.matches(text))
  }
}
