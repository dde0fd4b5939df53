import CloudProtocol
import Crypto
public import DoorRules
import Foundation

/// The HTTP API for platforms, without HTTP: a request and the time in, an answer out. Each request
/// is one transaction, so that a change, its audit entry and the answer kept for its
/// `Idempotency-Key` are there together or not at all.
public struct PlatformAPI: Sendable {
  private let store: any PlatformStore
  private let tools: APITools
  private let operations = RouteTable.all
  private let rates = RateLimiter()
  /// Takes what went wrong in the server, for its log.
  private let onFault: @Sendable (String) -> Void

  /// `zones` has the rules of a time zone; nil for one that it does not know.
  public init(
    store: any PlatformStore, vault: SecretVault,
    zones: @escaping @Sendable (String) -> ZoneRules?,
    onFault: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    tools = APITools(vault: vault, zones: zones)
    self.onFault = onFault
  }

  /// Answers a request at a time in milliseconds since 1970; never fails.
  public func answer(_ request: APIRequest, at now: Int64) async -> APIReply {
    do {
      let (operation, parameters) = try route(request)
      guard request.body.count <= APILimits.bodyBytesMax else {
        throw APIProblem(.tooLarge, "the body has more than \(APILimits.bodyBytesMax) bytes")
      }
      let caller = try await caller(of: request, for: operation, at: now)
      let tools = tools
      let work: @Sendable (any PlatformTransaction) throws -> APIReply = { transaction in
        var call = APICall(
          request: request, parameters: parameters, caller: caller, store: transaction,
          tools: tools, now: now)
        return operation.isChange
          ? try change(&call, by: operation) : try Self.read(&call, by: operation)
      }
      return operation.isChange ? try await store.write(work) : try await store.read(work)
    } catch let problem as APIProblem {
      return APIReply(problem)
    } catch {
      onFault("\(request.method) \(request.path.prefix(128)): \(error)")
      return APIReply(APIProblem(.broken, "the server's log says why"))
    }
  }

  private func route(_ request: APIRequest) throws -> (Operation, [String: String]) {
    let segments = request.segments ?? []
    let matching = operations.compactMap { operation in
      operation.parameters(of: segments).map { (operation, $0) }
    }
    if let found = matching.first(where: { $0.0.method.rawValue == request.method }) {
      return found
    }
    guard !matching.isEmpty else {
      throw APIProblem(.notFound, "there is no path \(request.path.prefix(128))")
    }
    let allowed = matching.map(\.0.method.rawValue).sorted().joined(separator: ", ")
    throw APIProblem(
      .methodNotAllowed, "there are \(allowed)", headers: ["allow": allowed])
  }

  private func caller(
    of request: APIRequest, for operation: Operation, at now: Int64
  ) async throws -> TokenDocument? {
    guard let scope = operation.scope else { return nil }
    let words = (request.headers["authorization"] ?? "").split(separator: " ")
    let challenge = ["www-authenticate": "Bearer"]
    guard words.count == 2, words[0].lowercased() == "bearer" else {
      throw APIProblem(
        .unauthenticated, "send the header Authorization: Bearer TOKEN", headers: challenge)
    }
    let hash = TokenDocument.hash(of: Secret(String(words[1])))
    let token = try await store.read { try $0.find(TokenDocument.self, hash) }
    guard let token, token.isGood(at: now) else {
      throw APIProblem(
        .unauthenticated, "the token is unknown, revoked or over", headers: challenge)
    }
    if let seconds = rates.take(token.name, at: now) {
      throw APIProblem(
        .tooManyRequests, "wait \(seconds) s", headers: ["retry-after": String(seconds)])
    }
    guard token.scopes.contains(scope) else {
      throw APIProblem(.forbidden, "the token lacks the scope \(scope.rawValue)")
    }
    return token
  }

  private static func read(_ call: inout APICall, by operation: Operation) throws -> APIReply {
    var reply = try operation.answer(&call)
    guard reply.status == 200 else { return reply }
    let tag = EntityTag.of(reply.body)
    if EntityTag.matches(call.request.headers["if-none-match"], tag) {
      reply = APIReply(status: 304)
    }
    reply.headers["etag"] = tag
    return reply
  }

  private func change(_ call: inout APICall, by operation: Operation) throws -> APIReply {
    let memory = try AnswerMemory(call, operation)
    if let kept = try memory?.kept(in: call.store, at: call.now) { return kept }
    let getter = operations.first { $0.path == operation.path && $0.method == .get }
    try Self.checkTags(call, getter)
    var reply = try operation.answer(&call)
    if getter != nil, reply.status == 200 || reply.status == 201 {
      reply.headers["etag"] = EntityTag.of(reply.body)
    }
    try call.store.append(
      .audit, AuditEntry(call, operation, status: reply.status), at: call.now)
    try memory?.keep(reply, in: call.store, at: call.now)
    return reply
  }

  /// Throws where `If-Match` or `If-None-Match` speaks of another state than the present one.
  private static func checkTags(_ call: APICall, _ getter: Operation?) throws {
    let (wanted, unwanted) = (
      call.request.headers["if-match"], call.request.headers["if-none-match"]
    )
    guard let getter, wanted != nil || unwanted != nil else { return }
    var look = call
    var present: String?
    do { present = EntityTag.of(try getter.answer(&look).body) } catch let problem as APIProblem
      where problem.kind == .notFound
    {
      present = nil
    }
    if wanted != nil, present.map({ EntityTag.matches(wanted, $0) }) != true {
      throw APIProblem(.changed, "read it again, and send its new ETag as If-Match")
    }
    if let present, EntityTag.matches(unwanted, present) {
      throw APIProblem(.changed, "it is there already")
    }
  }
}

/// ETags: a digest of what is shown.
enum EntityTag {
  static func of(_ body: [UInt8]) -> String {
    "\"\(Data(Array(SHA256.hash(data: body)).prefix(12)).base64URL)\""
  }

  /// Whether a header names this tag, or any by `*`.
  static func matches(_ header: String?, _ tag: String) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").contains { part in
      let text = part.trimmingCharacters(in: .whitespaces)
      return text == "*" || text == tag || text == "W/" + tag
    }
  }
}

/// Keeps the answer to a request with an `Idempotency-Key`, and gives it again when the request is
/// repeated. Only changes that were made are kept: one that was refused may be sent again.
struct AnswerMemory {
  private let id: String
  private let fingerprint: String
  private let vault: SecretVault

  /// Nil for a request without a key.
  init?(_ call: APICall, _ operation: Operation) throws(APIProblem) {
    guard operation.method == .post, let key = call.request.headers["idempotency-key"] else {
      return nil
    }
    guard (1...APILimits.keyCharactersMax).contains(key.count) else {
      throw APIProblem(
        .malformed, "Idempotency-Key has 1 to \(APILimits.keyCharactersMax) characters")
    }
    id = "\(call.caller?.name ?? "")\n\(key)"
    var hash = SHA256()
    hash.update(data: Data("\(operation.id)\n\(call.request.path)\n".utf8))
    hash.update(data: call.request.body)
    fingerprint = Data(hash.finalize()).base64URL
    vault = call.tools.vault
  }

  /// The answer that was given; throws where the key belongs to another request.
  func kept(in store: any PlatformTransaction, at now: Int64) throws -> APIReply? {
    guard let kept = try store.find(KeptAnswer.self, id),
      kept.atMilliseconds + APILimits.keyKeptMilliseconds > now
    else { return nil }
    guard kept.fingerprint == fingerprint else {
      throw APIProblem(.keyReused, "take a new key for a new request")
    }
    var reply = APIReply(status: kept.status, headers: kept.headers)
    if let sealed = kept.body {
      reply.contentType = "application/json"
      reply.body = Array(try vault.open(sealed).reveal().utf8)
    }
    reply.headers["idempotency-replayed"] = "true"
    return reply
  }

  func keep(_ reply: APIReply, in store: any PlatformTransaction, at now: Int64) throws {
    let end = now - APILimits.keyKeptMilliseconds
    try store.removeOld(KeptAnswer.kind, before: end, limit: APILimits.clearedMax)
    try store.save(
      KeptAnswer(
        id: id, fingerprint: fingerprint, status: reply.status, headers: reply.headers,
        body: reply.body.isEmpty
          ? nil : try vault.seal(Secret(String(decoding: reply.body, as: UTF8.self))),
        atMilliseconds: now), at: now)
  }
}

/// The answer to a request with an `Idempotency-Key`.
struct KeptAnswer: PlatformDocument {
  static let kind = DocumentKind.answer

  var id: String
  var fingerprint: String
  var status: Int
  var headers: [String: String]
  /// Sealed: it may hold a token or a code.
  var body: Data?
  var atMilliseconds: Int64
}
