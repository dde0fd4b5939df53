import CloudProtocol
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("BrokerLane: what the broker causes without a key is narrow in the log (D4, D5, D8)")
struct BrokerLaneTests {
  private var lane = BrokerLane()

  private mutating func admitted(_ count: Int, _ type: EventType, at milliseconds: Int) -> Int {
    (0..<count).filter { _ in lane.admits(type, at: PartFixture.instant(milliseconds)) }.count
  }

  @Test("every type that a message of the broker can cause is in the lane; people's are not")
  func types() {
    let names = Set(EventType.allCases.filter { $0.lane == .broker }.map(\.name))
    #expect(
      names == [
        "anomaly.replayedCommands", "config.rejected", "config.notStored", "credentials.rejected",
        "credentials.repaired", "credentials.notStored", "credential.clash", "command.repeated",
        "message.refused", "cloud.connected", "cloud.disconnected", "log.rewound",
      ])
    #expect(StoreFixture.draft(1).lane == .own)
    #expect(StoreFixture.draft(1, type: "postern.message.refused.v1").lane == .broker)
    #expect(StoreFixture.draft(1, type: "postern.of.tomorrow.v9").lane == .own)
  }

  @Test(
    "60 events of the broker's lane are recorded at once, then one a minute; an event says the rest"
  )
  mutating func narrow() {
    let most = BrokerLane.eventsAtOnceMax
    #expect(admitted(most, .messageRefused, at: 0) == most)
    #expect(admitted(9, .commandRepeated, at: 0) == 0)
    #expect(admitted(5_000, .accessGranted, at: 0) == 5_000)
    #expect(admitted(3, .messageRefused, at: BrokerLane.eventMilliseconds) == 1)

    let due = BrokerLane.countMilliseconds
    #expect(lane.nextDeadline == PartFixture.instant(due))
    #expect(lane.advance(to: PartFixture.instant(due - 1)).isEmpty)
    let told = lane.advance(to: PartFixture.instant(due))
    #expect(told.names == ["record broker.counted"] && lane.nextDeadline == nil)
    #expect(
      told.records.first?.detail == [
        "count": "11", "types": "command.repeated 9; message.refused 2",
      ])
    #expect(lane.advance(to: PartFixture.instant(due)).isEmpty)
  }

  @Test("the counts themselves come once an hour, however long a flood lasts")
  mutating func hourly() {
    var counts = 0
    var recorded = 0
    // A day of a flood.
    for second in stride(from: 0, to: 86_400, by: 5) {
      recorded += admitted(20, .messageRefused, at: second * 1_000)
      counts += lane.advance(to: PartFixture.instant(second * 1_000)).count
    }
    #expect(
      recorded == BrokerLane.eventsAtOnceMax + 86_400 * 1_000 / BrokerLane.eventMilliseconds - 1)
    #expect(counts == 24)
    // What is left is said at the end, whenever that is.
    #expect(lane.end(at: PartFixture.instant(86_400_000)).names == ["record broker.counted"])
    #expect(lane.end(at: PartFixture.instant(86_400_000)).isEmpty)
  }
}
