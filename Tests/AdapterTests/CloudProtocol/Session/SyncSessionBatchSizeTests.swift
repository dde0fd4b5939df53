import Testing

@testable import CloudProtocol

@Suite("How large a batch may be is learnt from what was refused and cut (D9)")
struct SyncSessionBatchSizeTests {
  private func begun(messageBytesMax: Int? = nil) -> SendPace {
    var pace = SendPace()
    pace.begin(messageBytesMax: messageBytesMax)
    return pace
  }

  @Test("a connection begins with batches that most brokers take, all of the window, and no doubt")
  func begin() {
    var pace = begun()
    #expect(pace == SendPace())
    #expect(pace.bytesMax == 100_000 && pace.eventsMax == 200 && pace.batchesMax == 8)
    pace.sent(bytes: 100_000, through: 9)
    pace.timedOut()
    pace.sendSingly()
    pace.begin(messageBytesMax: nil)
    #expect(pace == SendPace())
    #expect(begun(messageBytesMax: 1_000_000).bytesMax == 262_144)
    #expect(begun(messageBytesMax: 20_000).bytesMax == 20_000)
    #expect(begun(messageBytesMax: 10).bytesMax == 16_384)
  }

  @Test("an acknowledgement ends every doubt about the connection, and proves its size")
  func acknowledged() {
    var pace = begun()
    pace.sent(bytes: 90_000, through: 9)
    pace.end()
    pace.begin(messageBytesMax: nil)
    pace.sent(bytes: 90_000, through: 9)
    pace.timedOut()
    pace.missed = 3
    pace.acknowledged(through: 9, bytes: 90_000, left: 0)
    var proven = begun()
    proven.acknowledged(through: 9, bytes: 90_000, left: 0)
    #expect(pace == proven)
    #expect(pace.bytesMax == 180_000)
  }

  @Test("one batch that is larger than any before is on its way at a time")
  func trial() {
    var pace = begun()
    pace.acknowledged(through: 9, bytes: 100_000, left: 0)
    pace.sent(bytes: 180_000, through: 20)
    #expect(pace.bytesMax == 100_000)
    pace.sent(bytes: 100_000, through: 30)
    pace.acknowledged(through: 19, bytes: 0, left: 180_000)
    #expect(pace.bytesMax == 100_000)
    pace.acknowledged(through: 20, bytes: 180_000, left: 100_000)
    #expect(pace.bytesMax == 262_144)
    pace.sent(bytes: 262_144, through: 40)
    pace.wentBack()
    #expect(pace.bytesMax == 262_144)
  }

  @Test("after a silence one event goes at a time, until the cloud acknowledges something")
  func probing() {
    var pace = begun()
    pace.missed = 3
    pace.timedOut()
    #expect(pace.isProbing && pace.eventsMax == 1 && pace.batchesMax == 1 && pace.missed == nil)
    pace.acknowledged(through: 1, bytes: 0, left: 0)
    #expect(pace == SendPace())
  }

  @Test(
    "a batch that was too large is followed by half of it, and by no less than the least",
    arguments: [
      // Refused, its bytes; what is sent next at most.
      (262_144, 100_000), (180_000, 90_000), (100_000, 50_000), (32_770, 16_385),
      (32_768, 16_384), (20_000, 16_384), (1, 16_384),
    ])
  func tooLarge(_ bytes: Int, _ next: Int) {
    var pace = begun()
    let isFirst = pace.tooLarge(bytes: bytes)
    #expect(isFirst && pace.bytesMax == next)
    // Another one that was in flight teaches nothing more.
    let isAgain = pace.tooLarge(bytes: max(bytes, next + 1))
    #expect(!isAgain && pace.bytesMax == next)
  }

  @Test("two connections in a row that a batch may have cut halve the batches, to the least")
  func cuts() {
    var pace = SendPace()
    var sizes: [Int] = []
    for last in 1...10 {
      pace.begin(messageBytesMax: nil)
      sizes.append(pace.bytesMax)
      pace.sent(bytes: pace.bytesMax, through: UInt64(last))
      pace.sent(bytes: 100, through: UInt64(last))
      pace.end()
    }
    #expect(
      sizes == [100_000, 50_000, 25_000].flatMap { [$0, $0] } + Array(repeating: 16_384, count: 4))
    // A broker that takes more than was learnt does not decide.
    pace.begin(messageBytesMax: 1_000_000)
    #expect(pace.bytesMax == 16_384)
  }

  @Test("one cut under a batch that is larger than any before teaches the limit at once")
  func cutTrial() {
    var pace = begun()
    pace.acknowledged(through: 9, bytes: 100_000, left: 0)
    pace.sent(bytes: 200_000, through: 20)
    pace.end()
    pace.begin(messageBytesMax: nil)
    #expect(pace.bytesMax == 100_000)
  }

  @Test("a connection on which nothing large was unanswered teaches nothing")
  func smallCuts() {
    var pace = SendPace()
    for _ in 0..<6 {
      pace.begin(messageBytesMax: nil)
      pace.sent(bytes: SendPace.bytesMin, through: 1)
      pace.end()
    }
    pace.begin(messageBytesMax: nil)
    #expect(pace == SendPace())
  }
}
