import Testing

@testable import CloudProtocol

@Suite("How large a batch may be is learnt from what was refused and cut (D9)")
struct SyncSessionBatchSizeTests {
  private func begun(messageBytesMax: Int? = nil) -> SendPace {
    var pace = SendPace()
    pace.begin(messageBytesMax: messageBytesMax)
    return pace
  }

  @Test("a connection begins with whole batches, all of the window, and nothing in doubt")
  func begin() {
    var pace = begun()
    #expect(pace == SendPace())
    #expect(pace.bytesMax == 262_144 && pace.eventsMax == 200 && pace.batchesMax == 8)
    pace.sent(bytes: 100_000)
    pace.timedOut()
    pace.sendSingly()
    pace.begin(messageBytesMax: nil)
    #expect(pace == SendPace())
  }

  @Test("an acknowledgement ends every doubt about the connection")
  func acknowledged() {
    var pace = begun()
    pace.sent(bytes: 100_000)
    pace.end()
    pace.begin(messageBytesMax: nil)
    pace.sent(bytes: 100_000)
    pace.timedOut()
    pace.missed = 3
    pace.acknowledged()
    #expect(pace == SendPace())
  }

  @Test("after a silence one event goes at a time, until the cloud sends something")
  func probing() {
    var pace = begun()
    pace.missed = 3
    pace.timedOut()
    #expect(pace.isProbing && pace.eventsMax == 1 && pace.batchesMax == 1 && pace.missed == nil)
    pace.heard()
    #expect(pace == SendPace())
  }

  @Test(
    "a batch that was too large is followed by half of it, and by no less than the least",
    arguments: [
      // Refused, its bytes; what is sent next at most.
      (300_000, 131_072), (262_144, 131_072), (100_000, 50_000), (32_770, 16_385),
      (32_768, 16_384), (20_000, 16_384), (1, 16_384),
    ])
  func tooLarge(_ bytes: Int, _ next: Int) {
    var pace = begun()
    pace.tooLarge(bytes: bytes)
    #expect(pace.bytesMax == next)
  }

  @Test("two connections in a row that a large batch may have cut halve the batches, to the least")
  func cuts() {
    var pace = SendPace()
    var sizes: [Int] = []
    for _ in 0..<12 {
      pace.begin(messageBytesMax: nil)
      sizes.append(pace.bytesMax)
      pace.sent(bytes: pace.bytesMax)
      pace.sent(bytes: 100)
      pace.end()
    }
    #expect(
      sizes == [262_144, 131_072, 65_536, 32_768].flatMap { [$0, $0] }
        + Array(repeating: 16_384, count: 4))
    // A broker that takes less than was learnt decides; one that takes more does not.
    pace.begin(messageBytesMax: 1_000_000)
    #expect(pace.bytesMax == 16_384)
    #expect(begun(messageBytesMax: 20_000).bytesMax == 20_000)
    #expect(begun(messageBytesMax: 10).bytesMax == 16_384)
  }

  @Test("a connection on which nothing large was unanswered teaches nothing")
  func smallCuts() {
    var pace = SendPace()
    for _ in 0..<6 {
      pace.begin(messageBytesMax: nil)
      pace.sent(bytes: SendPace.bytesMin)
      pace.end()
    }
    pace.begin(messageBytesMax: nil)
    #expect(pace == SendPace())
  }
}
