import CloudProtocol
import DoorRules
import Testing

@Suite("The cloud takes each event once (D7)")
struct SyncSessionIntakeTests {
  private let controller: ControllerID

  init() throws { controller = try #require(ControllerID("c1")) }

  @Test("what follows is new, what was there is not, and both are acknowledged")
  func overlap() throws {
    var intake = EventIntake(epoch: SyncFixture.epoch, through: 3)
    let answer = try intake.take(SyncFixture.batch(2...6), from: controller)
    #expect(answer.fresh.compactMap(\.number) == [4, 5, 6])
    #expect(answer.acknowledgement == EventAcknowledgement(epoch: "log-1", through: 6))
    #expect(answer.firstBeyondGap == nil)
    let again = try intake.take(SyncFixture.batch(2...6), from: controller)
    #expect(again.fresh.isEmpty)
    #expect(again.acknowledgement.through == 6)
  }

  @Test("nothing beyond a gap is taken or acknowledged")
  func gap() throws {
    var intake = EventIntake(epoch: SyncFixture.epoch, through: 3)
    let answer = try intake.take(SyncFixture.batch(5...6), from: controller)
    #expect(answer.fresh.isEmpty)
    #expect(
      answer.acknowledgement == EventAcknowledgement(epoch: "log-1", through: 3, expected: 4))
    #expect(answer.firstBeyondGap == 5)
    #expect(intake.through == 3)
  }

  @Test(
    "what the door let go is passed over up to its end, where the batch begins no later than behind",
    arguments: [
      // Through 3; dropped through, first of the batch; what is gone, and what is then acknowledged.
      (2, 4, nil, 6), (3, 4, nil, 6), (4, 5, 4...4, 7), (4, 4, 4...4, 6), (4, 6, nil, 3),
    ] as [(UInt64, UInt64, ClosedRange<UInt64>?, UInt64)])
  func dropped(
    _ through: UInt64, _ first: UInt64, _ gone: ClosedRange<UInt64>?, _ acknowledged: UInt64
  ) throws {
    var intake = EventIntake(epoch: SyncFixture.epoch, through: 3)
    var batch = SyncFixture.batch(first...first + 2)
    batch.droppedThrough = through
    let answer = try intake.take(batch, from: controller)
    #expect(answer.dropped == gone)
    #expect(answer.acknowledgement.through == acknowledged)
  }

  @Test("a batch that no door sends is refused by path, and nothing changes")
  func refusals() throws {
    func problems(_ change: (inout EventBatch) -> Void) -> [String] {
      var batch = SyncFixture.batch(1...3)
      change(&batch)
      var intake = EventIntake(epoch: SyncFixture.epoch, through: 0)
      do {
        _ = try intake.take(batch, from: controller)
        return []
      } catch {
        #expect(intake.through == 0)
        return error.problems.map(\.description)
      }
    }
    #expect(problems { _ in }.isEmpty)
    #expect(
      problems {
        $0.acknowledged = EventBatch.numberMax
        $0.droppedThrough = EventBatch.numberMax
      }.isEmpty)
    #expect(
      problems {
        $0.acknowledged = EventBatch.numberMax + 1
        $0.droppedThrough = EventBatch.numberMax + 1
      } == [
        "acknowledged: is above 9223372036854775807",
        "droppedThrough: is above 9223372036854775807",
      ])
    #expect(
      problems { $0.controller = "c2" } == ["controller: is not c1, on whose topic it arrived"])
    #expect(problems { $0.epoch = "log-2" } == ["epoch: is of another log than log-1"])
    #expect(problems { $0.events = [] } == ["events: has no entries"])
    #expect(
      problems { $0.events = SyncFixture.batch(1...201).events }
        == ["events: has 201 entries, at most 200 are allowed"])
    #expect(
      problems { $0.events[1].sequence = "x" } == [
        "events[1].sequence: is no number of an event",
        "events[2].sequence: 3 does not follow 1",
      ])
    #expect(
      problems { $0.events = SyncFixture.batch(0...1).events } == [
        "events[0].sequence: is no number of an event"
      ])
    #expect(
      problems { $0.events.swapAt(0, 1) } == [
        "events[1].sequence: 1 does not follow 2", "events[2].sequence: 3 does not follow 1",
      ])
    #expect(
      problems { $0.events[0].source = "/controllers/c2" } == [
        "events[0].source: is not this controller's"
      ])
  }
}
