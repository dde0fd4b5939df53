import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Synchronization
import Testing

@testable import DoorRuntime

/// What the disk refuses is in force all the same; it must not be lost, nor reported as done.
@Suite("State that the disk refuses is tried again until it is there (F3, B6, C5)")
struct StateKeeperTests {
  private static let full = PortError(.full, operation: "write", detail: "no space is left")
  private static let start = MonotonicInstant(nanoseconds: 0)
  private static func later(_ milliseconds: Int) -> MonotonicInstant {
    start.advanced(byMilliseconds: milliseconds)
  }
  private static func write(_ value: UInt8, _ key: StateKey = .forgiven) -> StateWrite {
    StateWrite("a value", key, [value])
  }

  /// The writes that the wishes ask for, with their tickets.
  private func writes(_ wishes: [Wish]) -> [(write: StateWrite, ticket: UInt64)] {
    wishes.compactMap {
      if case .job(.persist(let write, let ticket)) = $0 { (write, ticket) } else { nil }
    }
  }

  private func alarms(_ wishes: [Wish]) -> [EventType] {
    wishes.compactMap {
      if case .record(let record) = $0, record.reason == AlarmReason.stateNotPersisted.rawValue {
        record.type
      } else {
        nil
      }
    }
  }

  private func outcomes(_ wishes: [Wish]) -> [OrderOutcome] {
    wishes.compactMap { if case .end("c1", let end) = $0 { end.outcome } else { nil } }
  }

  @Test("a refused value is written again each second, and the alarm is raised and cleared once")
  func retries() throws {
    var keeper = StateKeeper()
    let first = try #require(writes(keeper.persist(Self.write(1))).first)
    let refused = keeper.persisted(first.write, ticket: first.ticket, Self.full, at: Self.start)
    #expect(alarms(refused) == [.alarmRaised])
    #expect(keeper.trouble?.contains("1 values") == true)
    #expect(writes(keeper.advance(to: Self.later(999))).isEmpty)
    let again = try #require(writes(keeper.advance(to: Self.later(1_000))).first)
    #expect(again.write.values == ["presence.forgiven": [1]])
    #expect(
      alarms(keeper.persisted(again.write, ticket: again.ticket, Self.full, at: Self.later(1_001)))
        == [])
    #expect(keeper.nextDeadline == Self.later(2_001))
    let third = try #require(writes(keeper.advance(to: Self.later(2_001))).first)
    let cleared = keeper.persisted(third.write, ticket: third.ticket, nil, at: Self.later(2_002))
    #expect(alarms(cleared) == [.alarmCleared])
    #expect(keeper.trouble == nil && keeper.nextDeadline == nil)
  }

  @Test(
    "the newest value of a key is the one that is tried again, and an old success saves no new one")
  func newest() throws {
    var keeper = StateKeeper()
    let old = try #require(writes(keeper.persist(Self.write(1))).first)
    let new = try #require(writes(keeper.persist(Self.write(2))).first)
    let other = try #require(writes(keeper.persist(Self.write(3, .cardLockouts))).first)
    _ = keeper.persisted(old.write, ticket: old.ticket, nil, at: Self.start)
    _ = keeper.persisted(new.write, ticket: new.ticket, Self.full, at: Self.start)
    _ = keeper.persisted(other.write, ticket: other.ticket, nil, at: Self.start)
    #expect(keeper.error != nil, "one value is still not on disk")
    let again = try #require(writes(keeper.advance(to: Self.later(1_000))).first)
    #expect(again.write.values == ["presence.forgiven": [2]])
  }

  @Test("a removed value is tried again too")
  func removal() throws {
    var keeper = StateKeeper()
    let write = StateWrite("a removal", .use(CredentialID("k")!), nil)
    let job = try #require(writes(keeper.persist(write)).first)
    _ = keeper.persisted(job.write, ticket: job.ticket, Self.full, at: Self.start)
    let again = try #require(writes(keeper.advance(to: Self.later(1_000))).first)
    #expect(again.write.values == ["use.k": nil])
  }

  @Test(
    "D6: a command is confirmed once its state is on disk, and fails if the disk refuses any of it")
  func commands() throws {
    var keeper = StateKeeper()
    let one = try #require(writes(keeper.persist(Self.write(1))).first)
    let two = try #require(writes(keeper.persist(Self.write(2, .cardLockouts))).first)
    #expect(outcomes(keeper.end("c1", at: Self.start)) == [])
    #expect(outcomes(keeper.persisted(one.write, ticket: one.ticket, nil, at: Self.start)) == [])
    #expect(
      outcomes(keeper.persisted(two.write, ticket: two.ticket, nil, at: Self.start))
        == [.confirmed])
    #expect(outcomes(keeper.end("c1", at: Self.start)) == [.confirmed], "nothing waits any more")

    let three = try #require(writes(keeper.persist(Self.write(3))).first)
    let four = try #require(writes(keeper.persist(Self.write(4, .cardLockouts))).first)
    #expect(outcomes(keeper.end("c1", at: Self.start)) == [])
    _ = keeper.persisted(three.write, ticket: three.ticket, Self.full, at: Self.start)
    let ended = outcomes(keeper.persisted(four.write, ticket: four.ticket, nil, at: Self.start))
    guard case .failed(let reason) = ended.first else {
      Issue.record("\(ended)")
      return
    }
    #expect(reason.contains("in force") && reason.contains("no space is left"))
  }

  @Test("who ordered it on site is told that a restart would undo it")
  func site() throws {
    var keeper = StateKeeper()
    let answers = Mutex<[PortError?]>([])
    keeper.whenPersisted(at: Self.start) { error in answers.withLock { $0.append(error) } }
    #expect(answers.withLock { $0 } == [nil])
    let job = try #require(writes(keeper.persist(Self.write(1))).first)
    keeper.whenPersisted(at: Self.start) { error in answers.withLock { $0.append(error) } }
    #expect(answers.withLock(\.count) == 1, "the disk has not answered")
    _ = keeper.persisted(job.write, ticket: job.ticket, Self.full, at: Self.start)
    #expect(answers.withLock { $0.last??.code } == .full)
    #expect(
      keeper.end(CommandDesk.siteOrder, at: Self.start).contains {
        if case .end(_, .outcome(.confirmed)) = $0 { true } else { false }
      }, "an order on site is in force at once")
    // While the disk refuses, nobody waits for it.
    keeper.whenPersisted(at: Self.start) { error in answers.withLock { $0.append(error) } }
    #expect(answers.withLock { $0.last??.detail.contains("a restart would undo it") } == true)
  }

  @Test("A2: whoever waits for a disk that does not answer is told so in time, and at the end")
  func stalled() throws {
    var keeper = StateKeeper()
    let answers = Mutex<[PortError?]>([])
    let job = try #require(writes(keeper.persist(Self.write(1))).first)
    let waits = outcomes(keeper.end("c1", at: Self.start))
    keeper.whenPersisted(at: Self.start) { error in answers.withLock { $0.append(error) } }
    #expect(waits == [] && keeper.nextDeadline == Self.later(StateKeeper.answerMilliseconds))
    #expect(keeper.advance(to: Self.later(StateKeeper.answerMilliseconds - 1)).isEmpty)
    let over = outcomes(keeper.advance(to: Self.later(StateKeeper.answerMilliseconds)))
    guard case .failed(let reason)? = over.first else {
      Issue.record("\(over)")
      return
    }
    #expect(reason.contains("in force") && answers.withLock { $0.map { $0?.code } } == [.busy])
    // The disk answers after all: nobody is told twice.
    #expect(
      outcomes(keeper.persisted(job.write, ticket: job.ticket, nil, at: Self.later(9_000))) == [])
    #expect(keeper.nextDeadline == nil)
    _ = keeper.persist(Self.write(2))
    keeper.whenPersisted(at: Self.later(9_000)) { error in answers.withLock { $0.append(error) } }
    _ = keeper.end()
    #expect(answers.withLock(\.count) == 2 && keeper.nextDeadline == nil)
  }

  @Test("beyond 16 writes that the disk has not answered the newest values come in one, after them")
  func writesLimit() throws {
    var keeper = StateKeeper()
    let first = (0..<StateKeeper.writesMax).flatMap { _ in writes(keeper.persist(Self.write(1))) }
    #expect(first.count == StateKeeper.writesMax)
    for value in 2...100 { #expect(writes(keeper.persist(Self.write(UInt8(value)))).isEmpty) }
    #expect(writes(keeper.persist(Self.write(7, .cardLockouts))).isEmpty)
    #expect(outcomes(keeper.end("c1", at: Self.start)) == [])
    var late: [Wish] = []
    for job in first {
      #expect(writes(late).isEmpty)
      late = keeper.persisted(job.write, ticket: job.ticket, nil, at: Self.start)
    }
    let last = try #require(writes(late).first)
    #expect(writes(late).count == 1 && outcomes(late) == [])
    #expect(last.write.values == ["presence.forgiven": [100], "lockout.cards": [7]])
    #expect(
      outcomes(keeper.persisted(last.write, ticket: last.ticket, nil, at: Self.start))
        == [.confirmed])
    #expect(writes(keeper.persist(Self.write(1))).count == 1 && keeper.flush().isEmpty)
  }

  @Test(
    "what was left aside while too many writes waited is written when the program ends, or the disk refuses"
  )
  func leftAside() throws {
    func full() -> (StateKeeper, [(write: StateWrite, ticket: UInt64)]) {
      var keeper = StateKeeper()
      let jobs = (0..<StateKeeper.writesMax).flatMap { _ in writes(keeper.persist(Self.write(1))) }
      _ = keeper.persist(Self.write(2))
      return (keeper, jobs)
    }
    var (ending, _) = full()
    #expect(writes(ending.flush()).map(\.write.values) == [["presence.forgiven": [2]]])
    var (refused, jobs) = full()
    for job in jobs {
      let wishes = refused.persisted(job.write, ticket: job.ticket, Self.full, at: Self.start)
      #expect(writes(wishes).isEmpty)
    }
    let again = writes(refused.advance(to: Self.later(1_000)))
    #expect(again.map(\.write.values) == [["presence.forgiven": [2]]])
  }

  @Test("of more than 10,000 values that wait for the disk the oldest is let go, and logged")
  func limit() {
    var keeper = StateKeeper()
    var logged = 0
    for index in 0...StateKeeper.unsavedMax {
      for case .log(.error, let text) in keeper.persist(
        Self.write(1, .use(CredentialID("k\(index)")!)))
      {
        #expect(text.hasPrefix("use.k0 "))
        logged += 1
      }
    }
    #expect(logged == 1)
  }
}
