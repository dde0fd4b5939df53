import CloudProtocol
import DoorPorts
import DoorRules
import Testing

@testable import posterncloud

@Suite("How long the cloud's messages may be is learnt from refusals and cuts (D9)")
struct SentMessagesTests {
  private static let tooLarge = LinkRefusal(reason: "too large", isTooLarge: true)
  private var sent = SentMessages()

  private mutating func send(_ bytes: Int, token: Int) {
    sent.add(
      SentMessages.Message(controller: ControllerID("gate-1")!, kind: .chunk, bytes: bytes),
      token: token)
  }

  @Test("of several long messages on their way the first refusal counts, the others teach nothing")
  mutating func together() {
    sent.connected(packetBytesMax: nil)
    for token in 1...5 { send(120_000, token: token) }
    for token in 1...5 {
      #expect(sent.refused(token, Self.tooLarge)?.bytes == 120_000)
      #expect(sent.bytesMax == 60_000)
    }
    send(60_000, token: 6)
    #expect(sent.refused(6, Self.tooLarge) != nil)
    #expect(sent.bytesMax == 30_000)
  }

  @Test("nothing makes messages shorter than a broker must take")
  mutating func least() {
    sent.connected(packetBytesMax: 1_000)
    #expect(sent.bytesMax == SentMessages.bytesMin)
    send(SentMessages.bytesMin, token: 1)
    #expect(sent.refused(1, Self.tooLarge) != nil)
    #expect(sent.bytesMax == SentMessages.bytesMin)
  }

  @Test("two connections in a row that a long message may have cut teach its half")
  mutating func cuts() {
    for cut in 1...2 {
      sent.connected(packetBytesMax: nil)
      send(120_000, token: cut)
      sent.disconnected()
    }
    sent.connected(packetBytesMax: nil)
    #expect(sent.bytesMax == 60_000)
  }
}
