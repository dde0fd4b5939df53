import CloudProtocol
import DoorRules

/// An event, in the platform's names.
struct EventReply: Encodable, Sendable {
  /// Its place in the order of arrival; a cursor. Absent for an alarm ahead of its turn.
  var cursor: String?
  var id: String
  var type: String
  var time: String
  var site: String?
  var controller: String
  var door: String?
  var reader: String?
  var person: String?
  /// The credential as the platform named it, else as the controller knows it.
  var credential: String?
  var reservation: String?
  var reason: String?
  var checkInCandidate: Bool
  var simulated: Bool
  /// It happened before the controller's present connection.
  var historical: Bool
  var detail: [String: String]

  init(_ placed: PlacedEvent, _ store: any PlatformTransaction) throws {
    let data = placed.event.data
    cursor = placed.position > 0 ? String(placed.position) : nil
    id = placed.event.id
    type = placed.event.type
    time = placed.event.time
    controller = placed.controller
    door = data.door.map { "\(placed.controller):\($0)" }
    reader = data.reader
    person = data.person
    reason = data.reason
    checkInCandidate = data.checkInCandidate
    simulated = data.simulated
    historical = placed.event.historical ?? false
    detail = data.detail
    credential = data.credential
    if let part = data.credential, let found = try store.find(PartDocument.self, part),
      let document = try store.find(CredentialDocument.self, found.credential)
    {
      credential = document.id
      reservation = document.reservation
    }
  }
}

/// Which events are wanted.
struct EventFilter {
  /// Events that one request looks at; the answer says where it goes on.
  static let scannedMax = 5_000

  var door: String?
  var person: String?
  var type: String?
  var checkInCandidate: Bool?
  var from: Int64?
  var until: Int64?

  func takes(_ placed: PlacedEvent) -> Bool {
    let data = placed.event.data
    if let door, data.door.map({ "\(placed.controller):\($0)" }) != door { return false }
    if let person, data.person != person { return false }
    if let type, placed.event.type != type { return false }
    if let checkInCandidate, data.checkInCandidate != checkInCandidate { return false }
    if let from, data.timeMilliseconds < from { return false }
    if let until, data.timeMilliseconds >= until { return false }
    return true
  }

  /// The events of a span that fit, and where the next request goes on; nil at the end.
  func read(
    _ span: EventSpan, limit: Int, in store: any PlatformTransaction
  ) throws -> (events: [PlacedEvent], next: Int64?) {
    var span = span
    var found: [PlacedEvent] = []
    var scanned = 0
    var last: Int64?
    while scanned < Self.scannedMax {
      let page = try store.events(span, limit: APILimits.pageMax)
      for placed in page {
        last = placed.position
        scanned += 1
        if takes(placed) { found.append(placed) }
        if found.count == limit { return (found, last) }
      }
      guard page.count == APILimits.pageMax, let last else { return (found, nil) }
      switch span {
      case .before: span = .before(last)
      case .after: span = .after(last)
      }
    }
    return (found, last)
  }
}

/// Events and check-ins.
enum EventRoutes {
  static let all: [Operation] = [
    Operation("listEvents", .get, "/v1/events", .read) { call in
      let query = try call.query(
        "before", "after", "limit", "door", "person", "type", "checkInCandidate", "from", "until")
      return try answer(call, query, candidates: try APICall.flag("checkInCandidate", query))
    },
    Operation("listCheckIns", .get, "/v1/check-ins", .read) { call in
      let query = try call.query("before", "after", "limit", "door", "person", "from", "until")
      return try answer(call, query, candidates: true)
    },
  ]

  private static func answer(
    _ call: APICall, _ query: [String: String], candidates: Bool?
  ) throws -> APIReply {
    let limit = try APICall.limit(query)
    let before = try APICall.number("before", query)
    let after = try APICall.number("after", query)
    guard before == nil || after == nil else {
      throw APIProblem(path: "before", "is given beside after", kind: .malformed)
    }
    let filter = EventFilter(
      door: query["door"], person: query["person"], type: query["type"],
      checkInCandidate: candidates, from: try APICall.time("from", query),
      until: try APICall.time("until", query))
    let (found, next) = try filter.read(
      after.map { .after($0) } ?? .before(before), limit: limit, in: call.store)
    let book = SiteBook(call.store)
    let items = try found.map { placed in
      var reply = try EventReply(placed, call.store)
      reply.site = try book.controller(placed.controller)?.configuration?.facility.id
      return reply
    }
    // Whoever follows needs a cursor also when there is nothing new.
    let cursor =
      try next ?? after.map { after in try call.store.latestEvent(after: after) }
    return try APIReply(ListReply(items: items, next: cursor.map(String.init)))
  }
}

extension PlatformTransaction {
  /// The position of the latest event, when everything after `after` was looked at.
  fileprivate func latestEvent(after: Int64) throws -> Int64 {
    let newest = try events(.before(nil), limit: 1).first?.position ?? after
    return max(newest, after)
  }
}
