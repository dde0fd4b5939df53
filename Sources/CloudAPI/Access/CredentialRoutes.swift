import CloudProtocol
import DoorRules

/// A credential that a platform manages itself, such as a monthly member's.
private struct CredentialBody: RequestBody {
  static let shape = MemberShape.holding(
    "person", "tenant", "doors", "scopes", "startsAt", "endsAt", "code", "class", "usesMax",
    and: ["card": CardBody.shape])

  var person: String
  var tenant: String?
  var doors: [String]?
  var scopes: [String]?
  var startsAt: String?
  var endsAt: String?
  var card: CardBody?
  /// The person's code, which is made where there is none.
  var code: Bool?
  var `class`: String?
  var usesMax: Int?
}

/// What the routes of credentials do.
private struct CredentialDesk {
  let call: APICall
  let book: SiteBook

  init(_ call: APICall) throws {
    self.call = call
    book = SiteBook(call.store)
  }

  func put(_ id: String, _ body: CredentialBody) throws -> (CredentialDocument, isNew: Bool) {
    let present = try call.store.find(CredentialDocument.self, id)
    try refuseOfReservation(present)
    guard try call.store.person(body.person) != nil else {
      throw APIProblem(path: "person", "there is no person \(body.person.prefix(128))")
    }
    let (start, end) = try APICall.span(body.startsAt, body.endsAt)
    let value: Secret<String>
    let isCode = body.card == nil
    if let card = body.card {
      guard body.code != true else { throw APIProblem(path: "code", "is there beside a card") }
      value = try card.canonical(path: "card")
    } else {
      guard body.code == true else { throw APIProblem(path: "card", "give a card, or code: true") }
      let code = try CodeDesk(call, book).need(for: body.person, at: body.doors ?? [])
      value = Secret("pin:" + code.reveal())
    }
    var credential = CredentialDocument(
      id: id, credentialKind: isCode ? "pin" : "card", person: body.person, tenant: body.tenant,
      doors: body.doors ?? [], scopes: body.scopes ?? [], startMilliseconds: start,
      endMilliseconds: end, className: body.class, usesMax: body.usesMax,
      sealed: try call.tools.vault.seal(value), hasPersonCode: isCode)
    credential.parts = present?.parts ?? [:]
    let spreader = CredentialSpreader(call, book)
    try spreader.refuseShorterThanTail(credential)
    try spreader.spread(&credential)
    return (credential, present == nil)
  }

  func revoke(_ id: String) throws -> CredentialDocument {
    var credential = try call.store.need(CredentialDocument.self, id)
    try refuseOfReservation(credential)
    guard !credential.isRevoked else { return credential }
    credential.isRevoked = true
    try CredentialSpreader(call, book).spread(&credential)
    return credential
  }

  private func refuseOfReservation(_ credential: CredentialDocument?) throws(APIProblem) {
    if let reservation = credential?.reservation {
      throw APIProblem(.conflict, "it belongs to the reservation \(reservation); change that")
    }
  }
}

/// Credentials that platforms manage themselves.
enum CredentialRoutes {
  static let all: [Operation] = [
    Operation("listCredentials", .get, "/v1/credentials", .read) { call in
      let query = try call.query("person", "after", "limit")
      let (after, limit) = try APICall.page(query)
      let found = try call.store.list(
        CredentialDocument.self, parent: query["person"], after: after, limit: limit + 1)
      let page = ListReply(found, limit: limit, id: \.id)
      let book = SiteBook(call.store)
      let call = call
      return try APIReply(
        ListReply(
          items: try page.items.map { try CredentialReply($0, call, book) }, next: page.next))
    },
    Operation("getCredential", .get, "/v1/credentials/{credential}", .read) { call in
      let document = try call.store.need(CredentialDocument.self, call.id("credential"))
      return try APIReply(CredentialReply(document, call, SiteBook(call.store)))
    },
    Operation(
      "putCredential", .put, "/v1/credentials/{credential}", .bookings, successes: [200, 201],
      problems: [.clash]
    ) { call in
      let id = try call.id("credential")
      let desk = try CredentialDesk(call)
      let (document, isNew) = try desk.put(id, try call.body(CredentialBody.self))
      return try APIReply(CredentialReply(document, call, desk.book), status: isNew ? 201 : 200)
    },
    Operation("revokeCredential", .delete, "/v1/credentials/{credential}", .bookings) { call in
      let desk = try CredentialDesk(call)
      let document = try desk.revoke(try call.id("credential"))
      return try APIReply(CredentialReply(document, call, desk.book))
    },
  ]
}
