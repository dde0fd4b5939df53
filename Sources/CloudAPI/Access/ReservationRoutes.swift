import CloudProtocol
import Crypto
import DoorRules
import Foundation

/// A reservation under the platform's own id.
struct ReservationDocument: PlatformDocument {
  static let kind = DocumentKind.reservation

  var id: String
  var person: String
  var tenant: String?
  var doors: [String]
  var scopes: [String]
  var startMilliseconds: Int64
  var endMilliseconds: Int64
  var isCancelled: Bool
  /// Credentials that were made for it, also those that it no longer has.
  var credentials: [String]
  var madeMilliseconds: Int64

  var parent: String? { person }
}

struct ReservationBody: RequestBody {
  static let shape = MemberShape.holding(
    "person", "tenant", "doors", "scopes", "startsAt", "endsAt", "code",
    and: ["cards": .list(CardBody.shape)])

  var person: String
  var tenant: String?
  var doors: [String]?
  var scopes: [String]?
  var startsAt: String
  var endsAt: String
  /// Whether the person's code opens; true when absent.
  var code: Bool?
  var cards: [CardBody]?
}

private struct ReservationReply: Encodable {
  var id: String
  var person: String
  var tenant: String?
  var doors: [String]
  var scopes: [String]
  var startsAt: String
  var endsAt: String
  /// `booked` or `cancelled`.
  var state: String
  var createdAt: String
  var credentials: [CredentialReply]

  init(_ document: ReservationDocument, _ call: APICall, _ book: SiteBook) throws {
    id = document.id
    person = document.person
    tenant = document.tenant
    doors = document.doors
    scopes = document.scopes
    startsAt = APITime.text(document.startMilliseconds)
    endsAt = APITime.text(document.endMilliseconds)
    state = document.isCancelled ? "cancelled" : "booked"
    createdAt = APITime.text(document.madeMilliseconds)
    credentials = try document.credentials.compactMap {
      try call.store.find(CredentialDocument.self, $0).map {
        try CredentialReply($0, call, book)
      }
    }
  }
}

/// Makes credentials of reservations.
struct ReservationDesk {
  static let cardsMax = 16

  let call: APICall
  let book: SiteBook
  let spreader: CredentialSpreader

  init(_ call: APICall) throws {
    self.call = call
    book = SiteBook(call.store)
    spreader = CredentialSpreader(call, book)
  }

  /// Creates, moves or extends; the same twice changes nothing.
  func put(_ id: String, _ body: ReservationBody) throws -> (ReservationDocument, isNew: Bool) {
    let present = try call.store.find(ReservationDocument.self, id)
    let (start, end) = try APICall.span(body.startsAt, body.endsAt)
    guard let start, let end else { throw APIProblem(path: "startsAt", "is missing") }
    guard try call.store.person(body.person) != nil else {
      throw APIProblem(path: "person", "there is no person \(body.person.prefix(128))")
    }
    let cards = body.cards ?? []
    guard cards.count <= Self.cardsMax else {
      throw APIProblem(path: "cards", "has \(cards.count) entries, at most \(Self.cardsMax)")
    }
    var values: [(id: String, kind: String, value: Secret<String>, isCode: Bool)] = []
    if body.code ?? true {
      let code = try CodeDesk(call, book).need(for: body.person, at: body.doors ?? [])
      values.append((Self.name(id, "code"), "pin", Secret("pin:" + code.reveal()), true))
    }
    for (index, card) in cards.enumerated() {
      let value = try card.canonical(path: "cards[\(index)]")
      values.append((Self.name(id, "card-\(index + 1)"), "card", value, false))
    }
    guard !values.isEmpty else {
      throw APIProblem(path: "cards", "nothing opens: no code, no card")
    }
    var document = ReservationDocument(
      id: id, person: body.person, tenant: body.tenant, doors: body.doors ?? [],
      scopes: body.scopes ?? [], startMilliseconds: start, endMilliseconds: end,
      isCancelled: false, credentials: [],
      madeMilliseconds: present?.madeMilliseconds ?? call.now)
    let gone = (present?.credentials ?? []).filter { name in !values.contains { $0.id == name } }
    for name in gone { try revoke(name) }
    for value in values {
      var credential = CredentialDocument(
        id: value.id, credentialKind: value.kind, person: body.person, reservation: id,
        tenant: body.tenant, doors: document.doors, scopes: document.scopes,
        startMilliseconds: start, endMilliseconds: end,
        sealed: try call.tools.vault.seal(value.value), hasPersonCode: value.isCode)
      let present = try call.store.find(CredentialDocument.self, value.id)
      guard present == nil || present?.reservation == id else {
        throw APIProblem(.conflict, "there is a credential \(value.id) of another making")
      }
      credential.parts = present?.parts ?? [:]
      try spreader.refuseShorterThanTail(credential)
      try spreader.spread(&credential)
    }
    document.credentials = values.map(\.id) + gone
    try call.store.save(document, at: call.now)
    return (document, present == nil)
  }

  /// Revokes its credentials. Nothing happens to one that is cancelled already.
  func cancel(_ id: String) throws -> ReservationDocument {
    var document = try call.store.need(ReservationDocument.self, id)
    guard !document.isCancelled else { return document }
    for name in document.credentials { try revoke(name) }
    document.isCancelled = true
    try call.store.save(document, at: call.now)
    return document
  }

  private func revoke(_ name: String) throws {
    guard var credential = try call.store.find(CredentialDocument.self, name),
      !credential.isRevoked
    else { return }
    credential.isRevoked = true
    try spreader.spread(&credential)
  }

  /// Reservations have ids of any length and characters; the names of their credentials are short.
  private static func name(_ reservation: String, _ what: String) -> String {
    let hash = Data(Array(SHA256.hash(data: Data(reservation.utf8))).prefix(12)).base64URL
    return "reservation-\(hash)-\(what)"
  }
}

extension APICall {
  /// Start and end in milliseconds; throws for texts that are no times, and for an end that is not
  /// after the start.
  static func span(
    _ start: String?, _ end: String?
  ) throws(APIProblem) -> (start: Int64?, end: Int64?) {
    var problems: [Problem] = []
    func time(_ text: String?, _ path: String) -> Int64? {
      guard let text else { return nil }
      let time = APITime.milliseconds(text)
      if time == nil {
        problems.append(Problem(path: path, message: APITime.complaint))
      }
      return time
    }
    let (from, until) = (time(start, "startsAt"), time(end, "endsAt"))
    if let from, let until, from / 1_000 >= until / 1_000 {
      problems.append(Problem(path: "endsAt", message: "is not after startsAt"))
    }
    guard problems.isEmpty else { throw APIProblem(ValidationFailure(problems: problems)) }
    return (from, until)
  }
}

/// Reservations.
enum ReservationRoutes {
  static let all: [Operation] = [
    Operation("listReservations", .get, "/v1/reservations", .read) { call in
      let query = try call.query("person", "after", "limit")
      let (after, limit) = try APICall.page(query)
      let found = try call.store.list(
        ReservationDocument.self, parent: query["person"], after: after, limit: limit + 1)
      let page = ListReply(found, limit: limit, id: \.id)
      let book = SiteBook(call.store)
      let call = call
      return try APIReply(
        ListReply(
          items: try page.items.map { try ReservationReply($0, call, book) }, next: page.next))
    },
    Operation("getReservation", .get, "/v1/reservations/{reservation}", .read) { call in
      let document = try call.store.need(ReservationDocument.self, call.id("reservation"))
      return try APIReply(ReservationReply(document, call, SiteBook(call.store)))
    },
    Operation(
      "putReservation", .put, "/v1/reservations/{reservation}", .bookings, successes: [200, 201],
      problems: [.clash]
    ) { call in
      let id = try call.id("reservation")
      let desk = try ReservationDesk(call)
      let (document, isNew) = try desk.put(id, try call.body(ReservationBody.self))
      return try APIReply(
        ReservationReply(document, call, desk.book), status: isNew ? 201 : 200)
    },
    Operation("cancelReservation", .delete, "/v1/reservations/{reservation}", .bookings) { call in
      let desk = try ReservationDesk(call)
      let document = try desk.cancel(try call.id("reservation"))
      return try APIReply(ReservationReply(document, call, desk.book))
    },
  ]
}
