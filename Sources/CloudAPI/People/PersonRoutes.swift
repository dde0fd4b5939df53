import CloudProtocol
import DoorRules

/// A person as platforms see one. Personal grants and exclusions stay with the command line: their
/// doors are names within one controller, and platforms give access by reservations and credentials.
/// So do qualifications.
private struct PersonReply: Encodable {
  var id: String
  var accessEnabled: Bool
  var memberType: String
  var membershipStatus: String
  var tags: [String]
  var customTags: [String]

  init(_ record: PersonRecord) {
    id = record.id
    accessEnabled = record.accessEnabled
    memberType = record.memberType
    membershipStatus = record.membershipStatus
    tags = record.tags
    customTags = record.customTags ?? []
  }
}

private struct PersonBody: RequestBody {
  static let shape = MemberShape.holding(
    "accessEnabled", "memberType", "membershipStatus", "tags", "customTags")

  /// Absent leaves it: whoever only syncs names must not undo what the desk switched off.
  var accessEnabled: Bool?
  var memberType: String?
  var membershipStatus: String?
  var tags: [String]?
  var customTags: [String]?
}

/// People.
enum PersonRoutes {
  static let all: [Operation] = [
    Operation("listPeople", .get, "/v1/people", .read) { call in
      let (after, limit) = try APICall.page(try call.query("after", "limit"))
      let found = try call.store.people(after: after, limit: limit + 1)
      return try APIReply(ListReply(found.map { PersonReply($0) }, limit: limit, id: \.id))
    },
    Operation("getPerson", .get, "/v1/people/{person}", .read) { call in
      try APIReply(PersonReply(try call.needPerson()))
    },
    Operation("putPerson", .put, "/v1/people/{person}", .people, successes: [200, 201]) { call in
      let id = try call.id("person")
      let body = try call.body(PersonBody.self)
      let present = try call.store.person(id)
      var record = PersonRecord(
        id: id, accessEnabled: body.accessEnabled ?? present?.accessEnabled ?? true,
        memberType: body.memberType ?? "",
        membershipStatus: body.membershipStatus ?? "active", tags: body.tags ?? [],
        customTags: body.customTags, grants: present?.grants ?? []
      ).keepingStanding(of: present)
      if record.customTags == [] { record.customTags = nil }
      do throws(ValidationFailure) { _ = try record.validated(path: "") } catch {
        throw APIProblem(error)
      }
      if record != present { try call.store.put(record) }
      return try APIReply(PersonReply(record), status: present == nil ? 201 : 200)
    },
  ]
}

extension APICall {
  /// The person whom the path names.
  func needPerson() throws -> PersonRecord {
    let id = try id("person")
    guard let person = try store.person(id) else {
      throw APIProblem(.notFound, "there is no person \(id)")
    }
    return person
  }
}
