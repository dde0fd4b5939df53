import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import StoreSQLite
import Synchronization
import Testing
import WiegandCodec

@testable import DoorRuntime

/// A log in memory that keeps the sizes of its commits.
private final class HandEventLog: EventLog {
  private struct State {
    var drafts: [EventDraft] = []
    var commits: [Int] = []
    var during: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  var drafts: [EventDraft] { state.withLock { $0.drafts } }
  var commits: [Int] { state.withLock { $0.commits } }

  /// Happens once, while the next commit is under way.
  func whileCommitting(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.during = body }
  }

  func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    let during = state.withLock { state in
      defer { state.during = nil }
      return state.during
    }
    during?()
    return state.withLock { state in
      state.commits.append(drafts.count)
      let first = state.drafts.count
      state.drafts += drafts
      return (first..<state.drafts.count).map { UInt64($0 + 1) }
    }
  }

  func position() throws(PortError) -> LogPosition {
    LogPosition(epoch: "e", last: UInt64(drafts.count), acknowledged: 0)
  }
  func beginEpoch() throws(PortError) -> LogPosition { try position() }
  func rewind(through number: UInt64) throws(PortError) -> LogPosition { try position() }
  func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] { [] }
  func giveUpSpoiled(
    after number: UInt64, note: EventDraft
  ) throws(PortError) -> SpoiledEvents? { nil }
  func urgentEvents(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] { [] }
  func acknowledge(through number: UInt64) throws(PortError) {}
  func page(_ query: EventQuery) throws(PortError) -> [StoredEvent] { [] }
}

@Suite("One past each limit of what the runtime holds in memory (D5, D8, A8, C4, E3)")
struct LimitRuntimeTests {
  private static let at = WallInstant(secondsSince1970: 1_795_176_000)
  private let fixture = StoreFixture()

  // MARK: Messages that wait

  /// Every kind of message, and how many of it may wait; nil for all.
  private static let kinds: [(message: RuntimeMessage, most: Int?)] = [
    (.edge(LineEdge(line: .fire, isActive: true, at: .init(nanoseconds: 0))), InboxRoom.edgesMax),
    (
      .link(.message(topic: "t", payload: [], retained: false)), InboxRoom.brokerMessagesMax
    ),
    (.tick, nil), (.due(PartFixture.moment()), nil),
    (.link(.connected(LinkTerms(nonce: "n"))), nil),
    (.link(.disconnected(reason: "r")), nil), (.link(.delivered(token: 1)), nil),
    (.job(.eventsRead(after: 0, .success([]))), nil),
    (.job(.digested(.failure(PartFixture.error))), nil),
  ]

  @Test(
    "16,384 edges and 2,000 messages of the broker wait; one more of either is lost and known once")
  func messages() async {
    let most = Self.kinds.map { $0.most ?? 20_000 }
    for (flood, kind) in Self.kinds.enumerated() {
      let door = DoorThread()
      let inbox = Inbox { door.push($0) }
      for _ in 0..<most[flood] { inbox.push(kind.message) }
      var lost = inbox.takeLost()
      #expect(!lost.hasEdges && lost.messages == 0, "\(kind)")
      // Whatever floods, there is room for everything else.
      for other in Self.kinds { inbox.push(other.message) }
      lost = inbox.takeLost()
      #expect(lost.hasEdges == (flood == 0) && lost.messages == (flood == 1 ? 1 : 0), "\(kind)")
      #expect(inbox.takeLost().messages == 0)
      let served = Atomic<Int>(0)
      await withCheckedContinuation { ended in
        door.serve(
          { messages in
            served.add(messages.count, ordering: .sequentiallyConsistent)
            return nil
          }, onEnd: { ended.resume() })
        door.finish()
      }
      let expected = most[flood] + Self.kinds.count - (kind.most == nil ? 0 : 1)
      #expect(served.load(ordering: .sequentiallyConsistent) == expected, "\(kind)")
      door.close()
    }
  }

  // MARK: Events that wait

  /// A writer whose lanes and log are the test's.
  private struct HandWriter: Sendable {
    let log = HandEventLog()
    let lanes = HandLanes()
    let writer: EventWriter

    init() {
      writer = EventWriter(
        log: log, inbox: Inbox { _ in true }, lanes: lanes,
        now: { MonotonicInstant(nanoseconds: 0) },
        describeDrop: { count, _ in
          StoreFixture.draft(count, type: EventType.eventsDropped.wireName)
        })
    }

    func submit(_ indices: ClosedRange<Int>) {
      for index in indices {
        writer.submit(StoreFixture.draft(index), ticket: UInt64(index))
      }
    }
  }

  @Test("of more than 10,000 events that wait for the log the oldest goes, and one says how many")
  func pending() {
    let hand = HandWriter()
    hand.submit(0...EventWriter.pendingMax)
    hand.lanes.work()
    let log = hand.log
    #expect(log.drafts.first == StoreFixture.draft(1, type: EventType.eventsDropped.wireName))
    #expect(log.drafts.dropFirst().map(\.id) == (1...EventWriter.pendingMax).map { "event-\($0)" })
    // Of each commit 256 at most, beside the one that says it.
    #expect(log.commits.first == EventWriter.batchMax + 1)
    #expect(log.commits.dropFirst().allSatisfy { $0 <= EventWriter.batchMax })
  }

  @Test("500 events of the broker wait for the log; one more costs its own oldest, and no other")
  func pendingOfBroker() {
    let hand = HandWriter()
    let most = EventWriter.pendingOfBrokerMax
    hand.submit(0...EventWriter.pendingMax - 1)
    for index in 1...most + 1 {
      hand.writer.submit(
        StoreFixture.draft(100_000 + index, type: EventType.messageRefused.wireName),
        ticket: UInt64(EventWriter.pendingMax + index))
    }
    hand.lanes.work()
    let ids = hand.log.drafts.map(\.id)
    #expect(hand.log.drafts.first?.type == EventType.eventsDropped.wireName)
    let own = (0..<EventWriter.pendingMax).map { "event-\($0)" }
    #expect(ids.dropFirst() == (own + (2...most + 1).map { "event-\(100_000 + $0)" })[...])
  }

  @Test("an event that is being committed is none of those that go")
  func pendingWhileCommitting() {
    let hand = HandWriter()
    hand.submit(0...0)
    hand.log.whileCommitting { hand.submit(1...EventWriter.pendingMax) }
    hand.lanes.work()
    let log = hand.log
    // The first one is on the disk, so one of the others had to go.
    let ids = log.drafts.filter { $0.type != EventType.eventsDropped.wireName }.map(\.id)
    let dropped = log.drafts.filter { $0.type == EventType.eventsDropped.wireName }
    #expect(dropped == [StoreFixture.draft(1, type: EventType.eventsDropped.wireName)])
    #expect(ids == ["event-0"] + (2...EventWriter.pendingMax).map { "event-\($0)" })
  }

  @Test("a commit has at most 256 events; the 257th comes with the next")
  func batch() {
    let hand = HandWriter()
    hand.submit(0...EventWriter.batchMax)
    hand.lanes.work()
    #expect(hand.log.commits == [EventWriter.batchMax, 1])
  }

  // MARK: Uses and presence

  @Test("of more than 1,024 uses in memory the one noted longest ago is read from the disk again")
  func uses() throws {
    let store = try fixture.events()
    func id(_ index: Int) -> CredentialID { CredentialID("k\(index)")! }
    func card(_ index: Int) -> Credential {
      Credential(id: id(index), kind: .card, person: PersonID("p")!, usesMax: 9)
    }
    var uses = CredentialUses()
    for index in 0..<CredentialUses.latestMax {
      uses.note(CredentialUse(count: 1, first: Self.at), of: id(index))
    }
    #expect(try uses.use(of: card(0), in: store).count == 1)
    // Used again: its second use is not on the disk yet, so it must not be the next to go.
    uses.note(CredentialUse(count: 2, first: Self.at), of: id(0))
    uses.note(CredentialUse(count: 1, first: Self.at), of: id(CredentialUses.latestMax))
    #expect(try uses.use(of: card(0), in: store).count == 2)
    #expect(try uses.use(of: card(1), in: store).count == 0)
    #expect(try uses.use(of: card(2), in: store).count == 1)
    try store.setValue(
      CredentialUses.bytes(of: CredentialUse(count: 7, first: Self.at)),
      forKey: StateKey.use(id(1)).name)
    #expect(try uses.use(of: card(1), in: store).count == 7)
  }

  @Test("of more than 1,024 people in memory the one seen longest ago is read from the disk again")
  func presence() throws {
    let store = try fixture.events()
    let gym = AreaID("gym")!
    func id(_ index: Int) -> PersonID { PersonID("p\(index)")! }
    let inside = AreaPresence(isInside: true, since: Self.at)
    var book = PresenceBook()
    func see(_ index: Int) {
      _ = book.newest(of: id(index), read: [:])
      let isNoted = book.note(inside, of: id(index), in: gym)
      #expect(isNoted)
    }
    for index in 0..<PresenceBook.latestMax { see(index) }
    // Seen again, so not the next to go.
    see(0)
    see(PresenceBook.latestMax)
    let found = try [0, 1, 2].map { try book.presence(of: id($0), in: store) }
    #expect(found == [[gym: inside], [:], [gym: inside]])
  }

  @Test("people who are forgiven one by one take no more memory than those who are seen")
  func forgiven() throws {
    let store = try fixture.events()
    let gym = AreaID("gym")!
    let inside = AreaPresence(isInside: true, since: Self.at)
    var book = PresenceBook()
    _ = book.newest(of: PersonID("first")!, read: [:])
    _ = book.note(inside, of: PersonID("first")!, in: gym)
    for index in 0..<PresenceBook.latestMax { book.forgive(PersonID("p\(index)")!) }
    // The first one is no longer in memory, and was never on this disk.
    let found = try book.presence(of: PersonID("first")!, in: store)
    #expect(found == [:])
  }

  // MARK: Credentials that clash

  @Test("of more than 16 clashes of one message the first 16 are told")
  func clashes() throws {
    let cache = try fixture.cache()
    let most = CredentialClash.reportedMax
    var delta = StoreFixture.snapshot(1...most + 3, revision: 1)
    for index in delta.credentials.indices {
      delta.credentials[index].digest = StoreFixture.digest(1)
    }
    try cache.apply(delta)
    #expect(
      CredentialClash.found(
        in: try delta.sifted().records, in: cache, reach: CredentialReach()
      ).count == most)
  }

  // MARK: Offline PINs

  private func key(_ start: Int64, hours: Int = 1) throws -> OfflinePINBook.Key {
    OfflinePINBook.Key(
      door: DoorID("front")!, window: try OfflinePINFixture.window(start, hours: hours))
  }

  @Test("of more than 2,048 codes the one that ends first is forgotten, withdrawn ones last")
  func offlinePINs() throws {
    let first: Int64 = 500_000
    let now = OfflinePINFixture.instant(hour: first)
    var book = OfflinePINBook()
    let withdrawn = try key(first)
    book.revoke(withdrawn, at: now)
    func use(_ key: OfflinePINBook.Key) throws {
      let holder = book.holder(of: key)
      let credential = try #require(holder?.credential)
      let noted = book.noteUse(of: credential.id, at: now)
      #expect(noted?.key == key && noted?.isFirst == true)
    }
    for index in 1..<OfflinePINBook.entriesMax { try use(key(first + Int64(index))) }
    #expect(book.entries.count == OfflinePINBook.entriesMax)
    try use(key(first + Int64(OfflinePINBook.entriesMax)))
    #expect(book.entries.count == OfflinePINBook.entriesMax)
    #expect(book.entries[withdrawn]?.isRevoked == true)
    #expect(try book.entries[key(first + 1)] == nil)
    #expect(try book.entries[key(first + 2)]?.uses == 1)
  }

  @Test("of more than 64 codes found and not used the oldest is forgotten, never the latest")
  func shownPINs() throws {
    let now = OfflinePINFixture.instant(hour: 500_000)
    var book = OfflinePINBook()
    var holders: [CredentialHolder] = []
    for index in 0...OfflinePINBook.shownMax {
      let holder = try book.holder(of: key(500_000 + Int64(index)))
      holders.append(try #require(holder))
    }
    for (index, isCounted) in [(0, false), (1, true), (OfflinePINBook.shownMax - 1, true)] {
      let credential = try #require(holders[index].credential)
      let noted = book.noteUse(of: credential.id, at: now)
      #expect((noted != nil) == isCounted, "\(index)")
    }
  }

  // MARK: Watchers

  private func tap() -> LineTap {
    LineTap(
      layout: ControllerLayout(
        doors: [.init(id: DoorID("front")!, hasContact: true)],
        readers: [.init(id: ReaderID("front-in")!, door: DoorID("front")!)]))
  }

  @Test("sixteen may watch the lines; the next is told no, until one of them ends")
  func watchers() {
    var tap = tap()
    var streams = (0..<LineTap.watchersMax).compactMap { _ in tap.watch { _ in } }
    #expect(streams.count == LineTap.watchersMax)
    let refused = tap.watch { _ in }
    #expect(refused == nil)
    tap.unwatch(0)
    streams.removeFirst()
    let taken = tap.watch { _ in }
    #expect(taken != nil)
  }

  @Test("a watcher who is more than 4,096 notes behind loses the oldest, and sees the hole")
  func notes() async throws {
    var tap = tap()
    let watched = tap.watch { _ in }
    let stream = try #require(watched)
    for _ in 0...LineTap.notesMax {
      tap.note(
        type: "t", door: nil, reader: nil, reason: nil, person: nil,
        at: MonotonicInstant(nanoseconds: 0))
    }
    tap.end()
    var numbers: [UInt64] = []
    for await note in stream { numbers.append(note.number) }
    #expect(numbers == (2...UInt64(LineTap.notesMax + 1)).map { $0 })
  }

  /// Draws pulses, each of a place and a width in microseconds.
  private func draw(
    _ pulses: [(at: Int, width: Int)], to tap: inout LineTap
  ) {
    let reader = ReaderID("front-in")!
    for pulse in pulses {

      for (place, isActive) in [(pulse.at, true), (pulse.at + pulse.width, false)] {
        let now = MonotonicInstant(nanoseconds: 1_000_000_000).advanced(byMicroseconds: place)
        tap.note(LineEdge(line: .data1(reader), isActive: isActive, at: now), isReleased: false)
      }
    }
  }

  private func bursts(_ tap: inout LineTap, _ stream: AsyncStream<TapNote>) async
    -> [(fault: FrameFault?, pulses: [TapNote.Pulse])]
  {
    tap.advance(to: MonotonicInstant(nanoseconds: 3_600_000_000_000))
    tap.end()
    var found: [(fault: FrameFault?, pulses: [TapNote.Pulse])] = []
    for await note in stream {
      switch note.what {
      case .frame(_, _, _, let pulses): found.append((nil, pulses))
      case .malformed(_, let frame, let pulses): found.append((frame.fault, pulses))
      case .edge, .drive, .recorded: break
      }
    }
    return found
  }

  @Test("what follows in a burst that is too long is no part of the next one")
  func swallowed() async throws {
    var tap = tap()
    let watched = tap.watch { _ in }
    let stream = try #require(watched)
    draw((0..<600).map { ($0 * 2_000, 100) }, to: &tap)
    // A second after it comes a card, before anybody let time pass.
    draw((0..<26).map { (2_200_000 + $0 * 2_000, 100) }, to: &tap)
    let found = await bursts(&tap, stream)
    #expect(found.map(\.fault) == [.tooLong, nil])
    #expect(found.map(\.pulses.count) == [WiegandLimits.frameBitsMax + 1, 26])
    #expect(found.last?.pulses.first?.startMicroseconds == 0)
  }

  @Test("of one frame among noise 512 pulses are kept, each with its own width")
  func pulses() async throws {
    var tap = tap()
    let watched = tap.watch { _ in }
    let stream = try #require(watched)
    // Fifteen spikes too short to count after each of 33 bits.
    draw(
      (0...32 * 16).map { ($0 / 16 * 2_000 + $0 % 16 * 120, $0 % 16 == 0 ? 100 : 5) }, to: &tap)
    let found = await bursts(&tap, stream)
    #expect(found.map(\.fault) == [nil])
    let widths = try #require(found.first).pulses.map(\.widthMicroseconds)
    #expect(widths == (0..<LineTap.pulsesMax).map { $0 % 16 == 0 ? 100 : 5 })
  }
}
