import CloudProtocol

/// Who changed what, and when. Values are not kept: they may be secret.
struct AuditEntry: Codable, Sendable {
  var at: String
  /// The token's name.
  var by: String
  var operation: String
  var method: String
  var path: String
  var status: Int
  /// The members of the body.
  var fields: [String]

  init(_ call: APICall, _ operation: Operation, status: Int) {
    at = APITime.text(call.now)
    by = call.caller?.name ?? ""
    self.operation = operation.id
    method = operation.method.rawValue
    path = call.request.path
    self.status = status
    let body = try? JSONCoding.decode(JSONValue.self, from: call.request.body)
    fields = if case .object(let members)? = body { members.keys.sorted() } else { [] }
  }
}

/// Who changed what.
enum AuditRoutes {
  static let all: [Operation] = [
    Operation("listAudit", .get, "/v1/audit", .audit) { call in
      let query = try call.query("before", "limit")
      let limit = try APICall.limit(query)
      let found = try call.store.entries(
        .audit, before: try APICall.number("before", query), limit: limit + 1)
      struct Shown: Encodable {
        var id: String
        var entry: AuditEntry
      }
      let entries = try found.map {
        Shown(id: $0.id, entry: try JSONCoding.decode(AuditEntry.self, from: $0.body))
      }
      return try APIReply(ListReply(entries, limit: limit, id: \.id))
    }
  ]
}
