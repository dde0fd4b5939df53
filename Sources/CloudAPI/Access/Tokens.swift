import CloudProtocol
import Crypto
public import DoorRules
import Foundation

/// A token, of which only the hash is kept.
struct TokenDocument: PlatformDocument {
  static let kind = DocumentKind.token

  /// The hash of the token.
  var id: String
  var name: String
  var scopes: Set<TokenScope>
  var madeMilliseconds: Int64
  var endMilliseconds: Int64?
  var revokedMilliseconds: Int64?

  var parent: String? { name }

  func isGood(at now: Int64) -> Bool {
    revokedMilliseconds == nil && endMilliseconds.map { now < $0 } != false
  }

  static func hash(of token: Secret<String>) -> String {
    Data(SHA256.hash(data: Data(token.reveal().utf8))).base64URL
  }
}

/// A token as it is shown: never the token itself but when it is made.
struct TokenReply: Encodable {
  var name: String
  var scopes: [String]
  var createdAt: String
  var expiresAt: String?
  var revokedAt: String?
  var token: String?

  init(_ document: TokenDocument, token: Secret<String>? = nil) {
    name = document.name
    scopes = document.scopes.map(\.rawValue).sorted()
    createdAt = APITime.text(document.madeMilliseconds)
    expiresAt = document.endMilliseconds.map(APITime.text)
    revokedAt = document.revokedMilliseconds.map(APITime.text)
    self.token = token?.reveal()
  }
}

/// Makes and revokes tokens.
public struct TokenDesk {
  /// Length of a token's name.
  static let nameCharacters = 1...64

  let store: any PlatformTransaction

  public init(store: any PlatformTransaction) { self.store = store }

  /// Stores a token and returns it; it cannot be read again. Throws for a name that is in use.
  public func make(
    name: String, scopes: Set<TokenScope>, endMilliseconds: Int64? = nil, at now: Int64
  ) throws -> Secret<String> {
    try made(name: name, scopes: scopes, endMilliseconds: endMilliseconds, at: now).token
  }

  func made(
    name: String, scopes: Set<TokenScope>, endMilliseconds: Int64?, at now: Int64
  ) throws -> (document: TokenDocument, token: Secret<String>) {
    guard Self.nameCharacters.contains(name.count), ScopeID(name) != nil else {
      throw APIProblem(path: "name", "has \(ScopeID.grammar)")
    }
    if let endMilliseconds, endMilliseconds <= now {
      throw APIProblem(path: "expiresAt", "is over already")
    }
    guard !scopes.isEmpty else { throw APIProblem(path: "scopes", "is empty") }
    guard try find(name) == nil else {
      throw APIProblem(.conflict, "there is a token \(name) already, or there was one")
    }
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    let token = Secret("postern_\(bytes.base64URL)")
    let document = TokenDocument(
      id: TokenDocument.hash(of: token), name: name, scopes: scopes, madeMilliseconds: now,
      endMilliseconds: endMilliseconds)
    try store.save(document, at: now)
    return (document, token)
  }

  func find(_ name: String) throws -> TokenDocument? {
    try store.list(TokenDocument.self, parent: name, limit: 1).first
  }

  /// Nothing happens to a token that is revoked already. Throws for one that is not there.
  public func revoke(_ name: String, at now: Int64) throws {
    guard var token = try find(name) else {
      throw APIProblem(.notFound, "there is no token \(name)")
    }
    guard token.revokedMilliseconds == nil else { return }
    token.revokedMilliseconds = now
    try store.save(token, at: now)
  }

  /// Removes a token that nobody has seen; its name may be used again.
  public func forget(_ name: String) throws {
    if let token = try find(name) { try store.remove(.token, token.id) }
  }

  /// Name and scopes of each, one a line; for the command line.
  public func lines() throws -> [String] {
    try store.list(TokenDocument.self, limit: APILimits.pageMax).sorted { $0.name < $1.name }.map {
      let state = $0.revokedMilliseconds == nil ? "" : "  revoked"
      return "\($0.name)  \($0.scopes.map(\.rawValue).sorted().joined(separator: " "))\(state)"
    }
  }
}

private struct TokenBody: RequestBody {
  static let shape = MemberShape.holding("name", "scopes", "expiresAt")

  var name: String
  var scopes: [String]
  var expiresAt: String?

  func scopeSet() throws(APIProblem) -> Set<TokenScope> {
    var problems: [Problem] = []
    var set: Set<TokenScope> = []
    for (index, text) in scopes.enumerated() {
      if let scope = TokenScope(rawValue: text) {
        set.insert(scope)
      } else {
        let known = TokenScope.allCases.map(\.rawValue).joined(separator: ", ")
        problems.append(Problem(path: "scopes[\(index)]", message: "is none of \(known)"))
      }
    }
    guard problems.isEmpty else { throw APIProblem(ValidationFailure(problems: problems)) }
    return set
  }
}

/// Tokens.
enum TokenRoutes {
  static let all: [Operation] = [
    Operation("listTokens", .get, "/v1/tokens", .tokens) { call in
      let (after, limit) = try APICall.page(try call.query("after", "limit"))
      let found = try call.store.list(TokenDocument.self, after: after, limit: limit + 1)
      let page = ListReply(found, limit: limit, id: \.id)
      return try APIReply(ListReply(items: page.items.map { TokenReply($0) }, next: page.next))
    },
    Operation("createToken", .post, "/v1/tokens", .tokens, successes: [201]) { call in
      let body = try call.body(TokenBody.self)
      let scopes = try body.scopeSet()
      // Nobody gives more than they have.
      let excess = scopes.subtracting(call.caller?.scopes ?? [])
      guard excess.isEmpty else {
        let names = excess.map(\.rawValue).sorted().joined(separator: ", ")
        throw APIProblem(.forbidden, "your own token lacks \(names)")
      }
      var end: Int64?
      if let text = body.expiresAt {
        end = APITime.milliseconds(text)
        if end == nil { throw APIProblem(path: "expiresAt", APITime.complaint) }
      }
      let (document, token) = try TokenDesk(store: call.store).made(
        name: body.name, scopes: scopes, endMilliseconds: end, at: call.now)
      return try APIReply(TokenReply(document, token: token), status: 201)
    },
    Operation("revokeToken", .delete, "/v1/tokens/{token}", .tokens, successes: [204]) { call in
      try TokenDesk(store: call.store).revoke(call.parameter("token"), at: call.now)
      return APIReply(status: 204)
    },
    // Says that the server answers, and nothing else.
    Operation("getHealth", .get, "/v1/health", nil) { _ in try APIReply(["status": "up"]) },
  ]
}
