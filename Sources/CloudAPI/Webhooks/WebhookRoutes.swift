import CloudProtocol
import DoorRules
import Foundation

private struct WebhookBody: RequestBody {
  static let shape = MemberShape.holding("url", "types", "enabled")

  var url: String
  var types: [String]?
  var enabled: Bool?
}

private struct ReplayBody: RequestBody {
  static let shape = MemberShape.holding("after")

  var after: String
}

/// A webhook. The secret is shown when it is made, and never again.
private struct WebhookReply: Encodable {
  var id: String
  var url: String
  var types: [String]
  var enabled: Bool
  var disabledReason: String?
  /// Up to here everything was told; a cursor.
  var cursor: String
  /// How many notices are behind the cursor.
  var behind: Int64
  var failures: Int
  var failingSince: String?
  var nextAttemptAt: String?
  var lastSuccessAt: String?
  var lastError: String?
  var createdAt: String
  var secret: String?

  init(_ document: WebhookDocument, _ call: APICall, secret: Secret<String>? = nil) throws {
    let standing = document.standing
    id = document.id
    url = document.url
    types = document.types
    enabled = document.isEnabled
    disabledReason = document.disabledReason
    cursor = String(document.cursor)
    behind = max(try call.store.lastNotice() - document.cursor, 0)
    failures = standing.failures
    failingSince = standing.failingSinceMilliseconds.map(APITime.text)
    nextAttemptAt = standing.failures > 0 ? APITime.text(standing.nextMilliseconds) : nil
    lastSuccessAt = standing.lastSuccessMilliseconds.map(APITime.text)
    lastError = standing.lastError
    createdAt = APITime.text(document.madeMilliseconds)
    self.secret = secret?.reveal()
  }
}

private struct DeliveryReply: Encodable {
  var id: String
  var message: String
  var type: String
  /// `retrying` or `dead`.
  var state: String
  var attempts: Int
  var nextAttemptAt: String?
  var lastError: String
  var firstAttemptAt: String

  init(_ document: DeliveryDocument) {
    id = document.id
    message = "msg_\(document.position)"
    type = document.type
    state = document.isDead ? "dead" : "retrying"
    attempts = document.attempts
    nextAttemptAt = document.isDead ? nil : APITime.text(document.nextMilliseconds)
    lastError = document.lastError
    firstAttemptAt = APITime.text(document.firstMilliseconds)
  }
}

/// Where a webhook may go.
enum WebhookTarget {
  static let urlBytesMax = 2_048

  /// Throws for a URL that is not `https`; `http` is for receivers on this machine.
  static func check(_ text: String) throws(APIProblem) {
    guard text.utf8.count <= urlBytesMax, let parts = URLComponents(string: text),
      let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil,
      parts.fragment == nil, parts.port.map({ (1...65_535).contains($0) }) != false
    else { throw APIProblem(path: "url", "is no URL of a receiver") }
    let isHere = host == "localhost" || host == "127.0.0.1" || host == "[::1]" || host == "::1"
    guard parts.scheme == "https" || (parts.scheme == "http" && isHere) else {
      throw APIProblem(path: "url", "must begin with https://; http:// is for this machine only")
    }
  }
}

/// Webhooks, and messages that their receivers refused.
enum WebhookRoutes {
  static let all: [Operation] = [
    Operation("listWebhooks", .get, "/v1/webhooks", .webhooks) { call in
      let (after, limit) = try APICall.page(try call.query("after", "limit"))
      let found = try call.store.list(WebhookDocument.self, after: after, limit: limit + 1)
      let page = ListReply(found, limit: limit, id: \.id)
      let call = call
      return try APIReply(
        ListReply(items: try page.items.map { try WebhookReply($0, call) }, next: page.next))
    },
    Operation("getWebhook", .get, "/v1/webhooks/{webhook}", .webhooks) { call in
      try APIReply(WebhookReply(try needWebhook(call), call))
    },
    Operation("putWebhook", .put, "/v1/webhooks/{webhook}", .webhooks, successes: [200, 201]) {
      call in
      let id = call.parameter("webhook")
      guard ScopeID(id) != nil else {
        throw APIProblem(path: "webhook", "has \(ScopeID.grammar)")
      }
      let body = try call.body(WebhookBody.self)
      try WebhookTarget.check(body.url)
      let known = WebhookType.allCases.map(\.rawValue)
      for (index, type) in (body.types ?? []).enumerated() where !known.contains(type) {
        throw APIProblem(path: "types[\(index)]", "is none of \(known.joined(separator: ", "))")
      }
      let types = Set(body.types ?? known).sorted()
      if var present = try call.store.find(WebhookDocument.self, id) {
        present.url = body.url
        present.types = types
        present.isEnabled = body.enabled ?? true
        present.disabledReason = nil
        present.standing = WebhookStanding(
          lastSuccessMilliseconds: present.standing.lastSuccessMilliseconds)
        present.generation += 1
        try call.store.save(present, at: call.now)
        return try APIReply(WebhookReply(present, call))
      }
      let secret = WebhookSecret.make()
      let document = WebhookDocument(
        id: id, url: body.url, types: types, isEnabled: body.enabled ?? true,
        secret: try call.tools.vault.seal(secret), cursor: try call.store.lastNotice(),
        madeMilliseconds: call.now)
      try call.store.save(document, at: call.now)
      return try APIReply(WebhookReply(document, call, secret: secret), status: 201)
    },
    Operation("deleteWebhook", .delete, "/v1/webhooks/{webhook}", .webhooks, successes: [204]) {
      call in
      try call.store.remove(.webhook, try needWebhook(call).id)
      return APIReply(status: 204)
    },
    Operation(
      "renewWebhookSecret", .post, "/v1/webhooks/{webhook}/secret", .webhooks, successes: [201]
    ) { call in
      var document = try needWebhook(call)
      let secret = WebhookSecret.make()
      document.oldSecret = document.secret
      document.oldSecretEndMilliseconds = call.now + WebhookPace.oldSecretMilliseconds
      document.secret = try call.tools.vault.seal(secret)
      document.generation += 1
      try call.store.save(document, at: call.now)
      return try APIReply(WebhookReply(document, call, secret: secret), status: 201)
    },
    Operation("replayWebhook", .post, "/v1/webhooks/{webhook}/replay", .webhooks) { call in
      var document = try needWebhook(call)
      let body = try call.body(ReplayBody.self)
      let last = try call.store.lastNotice()
      guard let after = Int64(body.after), (0...last).contains(after) else {
        throw APIProblem(path: "after", "is a cursor from 0 to \(last)")
      }
      document.cursor = after
      document.standing.nextMilliseconds = 0
      document.generation += 1
      try call.store.save(document, at: call.now)
      return try APIReply(WebhookReply(document, call))
    },
  ]

  static let deliveries: [Operation] = [
    Operation("listDeliveries", .get, "/v1/webhooks/{webhook}/deliveries", .webhooks) { call in
      let query = try call.query("state", "after", "limit")
      let (after, limit) = try APICall.page(query)
      let state = query["state"] ?? "dead"
      guard state == "dead" || state == "retrying" else {
        throw APIProblem(path: "state", "is dead or retrying", kind: .malformed)
      }
      let parent = DeliveryDocument.parent(try needWebhook(call).id, isDead: state == "dead")
      let found = try call.store.list(
        DeliveryDocument.self, parent: parent, after: after, limit: limit + 1)
      return try APIReply(ListReply(found.map { DeliveryReply($0) }, limit: limit, id: \.id))
    },
    Operation(
      "retryDelivery", .post, "/v1/webhooks/{webhook}/deliveries/{delivery}/retry", .webhooks
    ) { call in
      let webhook = try needWebhook(call)
      var delivery = try call.store.need(DeliveryDocument.self, call.id("delivery"))
      guard delivery.webhook == webhook.id else {
        throw APIProblem(.notFound, "there is no delivery \(delivery.id) of \(webhook.id)")
      }
      delivery.isDead = false
      delivery.attempts = 0
      delivery.nextMilliseconds = call.now
      try call.store.save(delivery, at: call.now)
      return try APIReply(DeliveryReply(delivery))
    },
  ]

  private static func needWebhook(_ call: APICall) throws -> WebhookDocument {
    try call.store.need(WebhookDocument.self, call.parameter("webhook"))
  }
}
