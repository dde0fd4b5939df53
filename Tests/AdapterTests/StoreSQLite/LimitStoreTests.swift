import CloudProtocol
import DoorPorts
import Testing

@testable import StoreSQLite

@Suite("One past each limit of what is read of the stores at once (E5, D7)")
struct LimitStoreTests {
  private let fixture = StoreFixture()

  @Test("a page of the log has at most 500 events, however many are asked for")
  func events() throws {
    let log = try fixture.events()
    let most = EventQuery.pageLimitMax
    _ = try log.append((0...most).map { StoreFixture.draft($0) })
    #expect(EventQuery(limit: most + 1).limit == most)
    var query = EventQuery()
    // A value that went round the initialiser is cut by the store.
    query.limit = most + 1
    let page = try log.page(query)
    #expect(page.count == most)
    #expect(page.first?.number == UInt64(most + 1) && page.last?.number == 2)
    query.limit = 0
    #expect(try log.page(query).count == 1)
  }

  @Test("a page of credentials has at most 500, and the next one begins where it ended")
  func credentials() throws {
    let cache = try fixture.cache()
    let most = LookUpReader.pageLimitMax
    try cache.apply(StoreFixture.snapshot(1...most + 1, revision: 1))
    let page = try cache.page(after: nil, person: nil, limit: most + 1)
    #expect(page.count == most)
    #expect(try cache.page(after: page.last?.id, person: nil, limit: most + 1).count == 1)
  }

  @Test("at most 500 urgent events overtake the backlog of a connection")
  func urgent() throws {
    let log = try fixture.events()
    let most = SyncLimits.urgentPerConnectMax
    _ = try log.append(
      (0...most).map { StoreFixture.draft($0, type: "postern.alarm.raised.v1") })
    let read = try log.urgentEvents(after: 0, limit: most)
    #expect(read.count == most && read.last?.number == UInt64(most))
  }
}
