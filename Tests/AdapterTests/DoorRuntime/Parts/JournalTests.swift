import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import DoorRuntime

@Suite("Journal: which events are on disk, and whether the log takes any (D7, F2, F3)")
struct JournalTests {
  private var journal = Journal(
    position: LogPosition(epoch: "e-1", last: 10, acknowledged: 4))

  private static let now = PartFixture.instant(0)

  private static func stored(_ number: UInt64, _ type: EventType = .accessGranted) -> StoredEvent {
    StoredEvent(number: number, draft: StoreFixture.draft(Int(number), type: type.wireName))
  }

  @Test("tickets rise by one, and what is not tried yet waits")
  mutating func tickets() {
    #expect(journal.progress == .init(last: 0, committed: 0, isBroken: false))
    let tickets = [
      journal.nextTicket(at: Self.now), journal.nextTicket(at: Self.now),
      journal.nextTicket(at: Self.now),
    ]
    #expect(tickets == [1, 2, 3])
    #expect(journal.waiting == 3)
    _ = journal.committed(CommitReport(throughTicket: 2, stored: [Self.stored(11)]), at: Self.now)
    #expect(journal.waiting == 1)
    #expect(journal.progress == .init(last: 3, committed: 2, isBroken: false))
  }

  @Test("D7: a commit moves the position, tells the cloud's session, and frees the locks' tickets")
  mutating func committed() {
    let wishes = journal.committed(
      CommitReport(
        throughTicket: 2, stored: [Self.stored(11), Self.stored(12)]), at: Self.now)
    #expect(wishes.names == ["session eventsCommitted"])
    #expect(wishes.sessionInputs == [.eventsCommitted(last: 12)])
    #expect(journal.position == LogPosition(epoch: "e-1", last: 12, acknowledged: 4))
    #expect(journal.progress.committed == 2)
  }

  @Test("D7: of what was committed the urgent events overtake the backlog, in their order")
  mutating func urgent() {
    let wishes = journal.committed(
      CommitReport(
        throughTicket: 4,
        stored: [
          Self.stored(11), Self.stored(12, .alarmRaised), Self.stored(13),
          Self.stored(14, .accessAdminUnlock),
        ]), at: Self.now)
    guard case .publishUrgent(let events) = wishes[0] else {
      Issue.record("nothing overtakes: \(wishes.names)")
      return
    }
    #expect(events.map(\.number) == [12, 14])
    #expect(wishes.names[1] == "session eventsCommitted")
  }

  @Test("F2: that the log failed is an alarm, once, with its cause; and so is its end")
  mutating func alarm() {
    let failed = CommitReport(throughTicket: 1, stored: [], error: PartFixture.error)
    let first = journal.committed(failed, at: Self.now)
    #expect(first.names == ["log error", "record alarm.raised"])
    #expect(first.records.first?.reason == "eventLog")
    #expect(first.records.first?.detail == ["cause": "\(PartFixture.error)"])
    #expect(journal.error == PartFixture.error && journal.progress.isBroken)
    #expect(journal.committed(failed, at: Self.now).isEmpty)
    let other = CommitReport(throughTicket: 1, stored: [], error: PartFixture.otherError)
    #expect(journal.committed(other, at: Self.now).isEmpty)
    #expect(journal.error == PartFixture.otherError)

    let cleared = journal.committed(
      CommitReport(throughTicket: 2, stored: [Self.stored(11)]), at: Self.now)
    #expect(Array(cleared.names.prefix(2)) == ["log notice", "record alarm.cleared"])
    #expect(cleared.records.first?.reason == "eventLog")
    #expect(journal.error == nil && !journal.progress.isBroken)
    let next = journal.committed(
      CommitReport(throughTicket: 3, stored: [Self.stored(12)]), at: Self.now)
    #expect(next.records.isEmpty)
  }

  @Test("F2: a disk that answers nothing for 10 s is the same alarm, and its answer ends it")
  mutating func stalled() {
    _ = journal.nextTicket(at: Self.now)
    _ = journal.nextTicket(at: PartFixture.instant(7_000))
    #expect(journal.nextDeadline == PartFixture.instant(10_000))
    #expect(journal.advance(to: PartFixture.instant(9_999)).isEmpty && journal.error == nil)
    let raised = journal.advance(to: PartFixture.instant(10_000))
    #expect(raised.names == ["log error", "record alarm.raised"])
    #expect(raised.records.first?.reason == "eventLog" && journal.progress.isBroken)
    #expect(journal.advance(to: PartFixture.instant(60_000)).isEmpty && journal.nextDeadline == nil)
    let cleared = journal.committed(
      CommitReport(throughTicket: 1, stored: [Self.stored(11)]), at: PartFixture.instant(61_000))
    #expect(cleared.names.contains("record alarm.cleared") && !journal.progress.isBroken)
    // One event still waits, from here on.
    #expect(journal.nextDeadline == PartFixture.instant(71_000))
    _ = journal.committed(
      CommitReport(throughTicket: 2, stored: [Self.stored(12)]), at: PartFixture.instant(62_000))
    #expect(journal.nextDeadline == nil)
  }

  @Test("a report that comes late takes nothing back")
  mutating func lateReport() {
    _ = journal.committed(CommitReport(throughTicket: 5, stored: [Self.stored(11)]), at: Self.now)
    // What the log gave up is reported with no ticket of its own.
    _ = journal.committed(CommitReport(throughTicket: 0, stored: [Self.stored(12)]), at: Self.now)
    #expect(journal.progress.committed == 5 && journal.position.last == 12)
  }

  @Test("D7: the cloud's acknowledgement only rises")
  mutating func acknowledged() {
    journal.acknowledged(through: 9)
    journal.acknowledged(through: 3)
    #expect(journal.position.acknowledged == 9)
  }

  @Test("D7: an acknowledgement that the disk refused is written again each second")
  mutating func acknowledgedAgain() {
    journal.acknowledged(through: 9)
    #expect(journal.acknowledgementKept(PartFixture.error, at: Self.now).names == ["log error"])
    #expect(journal.nextDeadline == PartFixture.instant(1_000))
    #expect(journal.advance(to: PartFixture.instant(999)).isEmpty)
    journal.acknowledged(through: 10)
    let again = journal.advance(to: PartFixture.instant(1_000))
    guard case .acknowledge(through: 10)? = again.jobs.first else {
      Issue.record("\(again.names)")
      return
    }
    #expect(journal.acknowledgementKept(nil, at: PartFixture.instant(1_001)).isEmpty)
    #expect(journal.nextDeadline == nil)
  }

  @Test("D7 D9: a new epoch and a rewound log are told to the session, and each is an event")
  mutating func epochs() {
    let rewound = journal.epochBegun(
      .success(LogPosition(epoch: "e-1", last: 10, acknowledged: 2, dropped: 3)))
    #expect(
      rewound.sessionInputs == [
        .epochBegun(epoch: "e-1", last: 10, acknowledged: 2), .eventsDropped(through: 3),
      ])
    #expect(rewound.names.last == "record log.rewound")
    #expect(journal.position.acknowledged == 2 && journal.position.dropped == 3)

    let begun = journal.epochBegun(
      .success(LogPosition(epoch: "e-2", last: 10, acknowledged: 2, dropped: 2)))
    #expect(begun.sessionInputs == [.epochBegun(epoch: "e-2", last: 10, acknowledged: 2)])
    #expect(begun.names.last == "record log.epochBegun")
    #expect(begun.records.first?.detail == ["epoch": "e-2", "acknowledged": "2"])
  }

  @Test("a log that takes no new epoch stays what it is")
  mutating func noEpoch() {
    #expect(journal.epochBegun(.failure(PartFixture.error)).names == ["log error"])
    #expect(journal.position.epoch == "e-1")
  }

  @Test("D11: repeated commands and a clock that is set back are events of their own")
  mutating func anomalies() {
    let now = PartFixture.instant(0)
    for _ in 1...4 { #expect(journal.commandRepeated(at: now).isEmpty) }
    #expect(journal.commandRepeated(at: now).names == ["record anomaly.replayedCommands"])
    #expect(journal.clockSetBack(at: now).names == ["record anomaly.clockSetBack"])
    #expect(journal.clockSetBack(at: now).isEmpty)
  }

  @Test("E3: whoever watches sees each event that is on disk, until the end")
  mutating func watchers() async {
    let (stream, watcher) = AsyncStream<StoredEvent>.makeStream()
    journal.watch(UUID(), watcher)
    _ = journal.committed(
      CommitReport(throughTicket: 2, stored: [Self.stored(11), Self.stored(12)]), at: Self.now)
    _ = journal.committed(
      CommitReport(throughTicket: 3, stored: [], error: PartFixture.error), at: Self.now)
    journal.end()
    var seen: [UInt64] = []
    for await event in stream { seen.append(event.number) }
    #expect(seen == [11, 12])
  }
}
