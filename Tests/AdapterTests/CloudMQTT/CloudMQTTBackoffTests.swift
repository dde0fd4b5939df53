import Testing

@testable import CloudMQTT

@Suite("The wait between attempts to connect (D1)")
struct CloudMQTTBackoffTests {
  @Test("D1: the ceiling doubles up to its cap and starts over after a good connection")
  func ceilings() {
    var backoff = Backoff(firstMilliseconds: 250, capMilliseconds: 3_000)
    var random = SystemRandomNumberGenerator()
    var ceilings: [Int] = []
    for _ in 0..<6 {
      ceilings.append(backoff.ceilingMilliseconds)
      #expect((0...backoff.ceilingMilliseconds).contains(backoff.next(using: &random)))
    }
    #expect(ceilings == [250, 500, 1_000, 2_000, 3_000, 3_000])
    backoff.reset()
    #expect(backoff.ceilingMilliseconds == 250)
  }

  @Test("D1: waits are spread over the whole range, so that doors do not come back together")
  func jitter() {
    var random = SystemRandomNumberGenerator()
    var waits: Set<Int> = []
    for _ in 0..<2_000 {
      var backoff = Backoff(firstMilliseconds: 1_000, capMilliseconds: 1_000)
      waits.insert(backoff.next(using: &random))
    }
    #expect(waits.contains { $0 < 100 })
    #expect(waits.contains { $0 > 900 })
    #expect(waits.count > 500)
  }

  @Test("A cap below the first wait holds from the start, and many failures overflow nothing")
  func edges() {
    var backoff = Backoff(firstMilliseconds: 250, capMilliseconds: 50)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<1_000 { #expect(backoff.next(using: &random) <= 50) }
    var wide = Backoff(firstMilliseconds: 1, capMilliseconds: .max / 2 - 1)
    for _ in 0..<100 { _ = wide.next(using: &random) }
    #expect(wide.ceilingMilliseconds > 0)
  }
}
