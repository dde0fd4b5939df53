import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Synchronization
import Testing

@testable import DoorRuntime

@Suite("HolderDirectory: stores that do not answer hold up nobody (A2, F3)")
struct HolderStallTests {
  private static let door = DoorID("front")!
  private static let deadline = 2_000

  private let digester: CredentialDigester
  private let cache = MemoryPolicy()
  private let reader: HolderReader
  private var directory: HolderDirectory

  init() throws {
    digester = try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
    reader = HolderReader(
      policy: cache, state: MemoryState(), issued: MemoryIssued(), digester: digester,
      handOver: nil, offline: nil)
    directory = HolderDirectory(
      digester: digester, servesOfflinePINs: false, lookUpMilliseconds: Self.deadline)
    cache.add(
      Credential(id: CredentialID("k-1")!, kind: .card, person: PersonID("ada")!),
      digest: digester.digest(ofCanonical: Secret("card:1")))
  }

  private mutating func show(_ ticket: UInt64, at milliseconds: Int = 0) -> [Wish] {
    directory.ask(
      .shown(LookUp(ticket: ticket, canonicals: [Secret("card:1")], door: Self.door)),
      hasAreas: false, at: PartFixture.moment(milliseconds))
  }

  private static func requests(_ wishes: [Wish]) -> [(request: HolderRequest, lane: Int)] {
    wishes.compactMap {
      if case .job(.readHolders(let request, let lane)) = $0 { (request, lane) } else { nil }
    }
  }

  private static func answers(_ wishes: [Wish]) -> [LookUpAnswer] {
    wishes.compactMap { if case .core(.lookedUp(let answer)) = $0 { answer } else { nil } }
  }

  @Test("each lane reads one question at a time, and the next goes to the lane that is free")
  mutating func lanes() {
    let first = Self.requests(show(1))
    let second = Self.requests(show(2))
    #expect(first.map(\.lane) == [0] && second.map(\.lane) == [1])
    #expect(Self.requests(show(3)).isEmpty)
    let wishes = directory.answeredAnywhere(
      reader.read(second[0].request), at: PartFixture.moment(1))
    #expect(Self.answers(wishes).map(\.ticket) == [2])
    #expect(Self.requests(wishes).map(\.lane) == [1])
  }

  @Test("what is not answered in its time is given up, is an alarm once, and its answer is lost")
  mutating func givenUp() {
    let asked = Self.requests(show(1))
    #expect(directory.nextDeadline == PartFixture.instant(Self.deadline))
    #expect(directory.advance(to: PartFixture.moment(Self.deadline - 1)).isEmpty)
    let over = directory.advance(to: PartFixture.moment(Self.deadline))
    #expect(over.names == ["log error", "record alarm.raised"])
    #expect(over.records.first?.reason == AlarmReason.storageStalled.rawValue)
    #expect(!directory.troubles.isEmpty && directory.nextDeadline == nil)
    let late = directory.answeredAnywhere(
      reader.read(asked[0].request), at: PartFixture.moment(Self.deadline + 1))
    #expect(Self.answers(late).isEmpty && directory.troubles.isEmpty)
    #expect(late.names.contains("record alarm.cleared"))
  }

  @Test(
    "F3: a damaged record is a trouble, and the cloud is asked for it, seldom, until records come")
  mutating func damaged() {
    func answer(_ ticket: UInt64, at milliseconds: Int) -> [Wish] {
      let asked = Self.requests(show(ticket, at: milliseconds))
      var reading = HolderReading(ticket: asked[0].request.ticket)
      reading.holders = .failure(
        PortError(.damaged, operation: "read person p1", detail: "it is not as it was stored"))
      return directory.answeredAnywhere(reading, at: PartFixture.moment(milliseconds + 1))
    }
    let first = answer(1, at: 0)
    #expect(first.names.contains("askAgain") && first.names.contains("digest"))
    #expect(directory.troubles.count == 1 && directory.troubles[0].contains("person p1"))
    #expect(!answer(2, at: 1_000).names.contains("digest"))
    _ = directory.recordsChanged([], cacheIsBehind: false)
    #expect(directory.troubles.isEmpty)
    #expect(answer(3, at: RecordDamage.askMilliseconds + 1).names.contains("digest"))
  }

  @Test("what waits for a lane is given up too, and is never read")
  mutating func neverRead() {
    for ticket in 1...UInt64(WorkLane.readings) { _ = show(ticket) }
    #expect(Self.requests(show(9, at: 100)).isEmpty)
    _ = directory.advance(to: PartFixture.moment(Self.deadline + 100))
    #expect(directory.nextDeadline == nil)
    // The disk is still silent: a new question waits too.
    #expect(Self.requests(show(10, at: Self.deadline + 200)).isEmpty)
  }

  @Test("a lane that never answers leaves the other one to everybody")
  mutating func otherLane() {
    _ = show(1)
    for ticket: UInt64 in 2...20 {
      let now = Int(ticket) * 1_000
      let asked = Self.requests(show(ticket, at: now))
      #expect(asked.count == 1)
      let wishes = directory.answeredAnywhere(
        reader.read(asked[0].request), at: PartFixture.moment(now))
      #expect(Self.answers(wishes).first?.holders?.count == 1)
      _ = directory.advance(to: PartFixture.moment(now))
    }
  }

  @Test("what was read before the records changed is read again, within the same time")
  mutating func changed() {
    let asked = Self.requests(show(1))
    let reading = reader.read(asked[0].request)
    _ = directory.recordsChanged([], cacheIsBehind: false)
    let again = directory.answeredAnywhere(reading, at: PartFixture.moment(1))
    #expect(Self.answers(again).isEmpty && Self.requests(again).count == 1)
    #expect(directory.nextDeadline == PartFixture.instant(Self.deadline))
    let wishes = directory.answeredAnywhere(
      reader.read(Self.requests(again)[0].request), at: PartFixture.moment(2))
    #expect(Self.answers(wishes).first?.holders?.count == 1)
  }

  @Test("D4: who stands there when a lost cache is whole again is let in, not denied once more")
  mutating func caughtUp() {
    directory.cacheIsBehind = true
    let asked = Self.requests(show(1))
    let reading = reader.read(asked[0].request)
    _ = directory.recordsChanged([], cacheIsBehind: false)
    let again = Self.requests(directory.answeredAnywhere(reading, at: PartFixture.moment(1)))
    #expect(again.count == 1)
    let wishes = directory.answeredAnywhere(
      reader.read(again[0].request), at: PartFixture.moment(2))
    #expect(Self.answers(wishes).first?.holders?.count == 1)
  }

  @Test("whoever asks on site is told that the storage does not answer; an unlock fails")
  mutating func onSite() throws {
    let told = Mutex<[String]>([])
    let now = PartFixture.moment()
    let question = AccessQuestion(
      door: Self.door, subject: .person(PersonID("ada")!), presentation: .card, time: .now)
    let questions: [HolderQuestion] = [
      .phone(Secret("t"), door: Self.door) { answer in
        if case .failure(let error) = answer { told.withLock { $0.append("\(error.code)") } }
      },
      .explanation(question) { answer in
        if case .failure(let error) = answer { told.withLock { $0.append("\(error.code)") } }
      },
      .handOver([]) { answer in
        if case .failure(let error) = answer { told.withLock { $0.append("\(error.limit)") } }
      },
      .member(PersonID("ada")!, door: Self.door, nil, order: "o-1", expires: nil),
    ]
    for question in questions { _ = directory.ask(question, hasAreas: false, at: now) }
    let over = directory.advance(to: PartFixture.moment(Self.deadline))
    #expect(told.withLock { $0 } == ["unavailable", "unavailable", "notKept"])
    guard case .failed? = over.ends["o-1"] else {
      Issue.record("the unlock did not fail")
      return
    }
  }

  @Test("an unlock that expired while the storage was read opens nothing")
  mutating func expired() {
    let now = PartFixture.moment()
    let expires = now.wall.advanced(bySeconds: 1)
    for (seconds, opens) in [(0, true), (1, false)] {
      let wishes = directory.ask(
        .member(PersonID("ada")!, door: Self.door, nil, order: "o", expires: expires),
        hasAreas: false, at: now)
      let answered = directory.answeredAnywhere(
        reader.read(Self.requests(wishes)[0].request), at: PartFixture.moment(seconds * 1_000))
      #expect((answered.orderHolders != nil) == opens)
      #expect((answered.ends["o"] != nil) == !opens)
    }
  }

  @Test("of more than 64 questions that wait for a lane the next is refused at once")
  mutating func limit() {
    #expect(ReadingQueue.waitingMax == 64)
    let places = WorkLane.readings + ReadingQueue.waitingMax
    for ticket in 1...UInt64(places) {
      #expect(Self.answers(show(ticket)).isEmpty, "\(ticket)")
    }
    let refused = Self.answers(show(99))
    #expect(refused.map(\.ticket) == [99] && refused.first?.holders == nil)
  }

  @Test("of more than 256 people who were read the one read longest ago must be read again")
  func presenceRead() {
    let gym = AreaID("gym")!
    let inside = AreaPresence(isInside: true, since: PartFixture.start)
    var book = PresenceBook()
    #expect(PresenceBook.readMax == 256)
    for index in 0...PresenceBook.readMax {
      _ = book.newest(of: PersonID("p\(index)")!, read: [:])
    }
    let noted = [0, 1].map { book.note(inside, of: PersonID("p\($0)")!, in: gym) }
    #expect(noted == [false, true])
  }
}
