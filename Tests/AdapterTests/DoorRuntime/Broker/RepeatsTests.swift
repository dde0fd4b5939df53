import CloudProtocol
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("Repeats: messages that bring nothing new have one allowance (D4, D5, D8)")
struct RepeatsTests {
  private var repeats = Repeats()

  private static func mark(_ number: Int, _ kind: Topics.Down = .credentials) -> Repeats.Mark {
    Repeats.Mark(kind, Array("message \(number)".utf8))
  }

  @Test("128 messages that bring nothing new are taken, the next is not; then one in two seconds")
  mutating func allowance() {
    func taken(_ count: Int, at milliseconds: Int, _ repeats: inout Repeats) -> Int {
      (0..<count).filter { _ in repeats.take(at: PartFixture.instant(milliseconds)) }.count
    }
    #expect(taken(200, at: 0, &repeats) == Repeats.atOnceMax)
    #expect(taken(200, at: Repeats.everyMilliseconds - 1, &repeats) == 0)
    #expect(taken(200, at: Repeats.everyMilliseconds, &repeats) == 1)
    #expect(taken(200, at: 5 * Repeats.everyMilliseconds, &repeats) == 4)
    #expect(taken(200, at: 86_400_000, &repeats) == Repeats.atOnceMax)
  }

  @Test("of more than 4,096 messages the oldest is forgotten")
  mutating func ring() {
    for number in 0..<Repeats.rememberedMax { repeats.remember(Self.mark(number)) }
    repeats.remember(Self.mark(0))
    #expect(repeats.knows(Self.mark(0)) && !repeats.knows(Self.mark(0, .config)))
    repeats.remember(Self.mark(Repeats.rememberedMax))
    #expect(!repeats.knows(Self.mark(0)) && repeats.knows(Self.mark(1)))
    repeats.remember(Self.mark(Repeats.rememberedMax + 1))
    #expect(!repeats.knows(Self.mark(1)) && repeats.knows(Self.mark(Repeats.rememberedMax)))
  }

  @Test("of more than 64 ids the oldest is new again")
  func ids() {
    var ids = LatestIDs()
    let first = (0..<LatestIDs.rememberedMax).map { ids.isNew("m-\($0)") }
    #expect(first.allSatisfy { $0 })
    let later = ["m-0", "m-63", "m-64", "m-0", "m-64"].map { ids.isNew($0) }
    #expect(later == [false, false, true, true, false])
  }
}
