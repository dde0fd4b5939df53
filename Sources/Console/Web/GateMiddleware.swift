import ConsoleProtocol
import Foundation
import HTTPTypes
import Hummingbird

/// Lets only a signed-in browser through, and only from the page itself. Every response carries the
/// headers that restrict what a browser may do with it.
struct GateMiddleware: RouterMiddleware {
  static let cookie = "postern-session"
  static let csrfHeader = HTTPField.Name("X-Postern-CSRF")!
  /// What a client may request without a session: the page's own files, and to sign in.
  static let open: Set<String> = ["/", "/app.js", "/texts.js", "/style.css", "/v1/session"]
  static let policy = """
    default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    """

  let gate: ConsoleGate
  let isSecure: Bool
  /// True if only programs of this machine can connect.
  let isLoopback: Bool
  let names: OwnNames

  func handle(
    _ request: Request, context: BasicRequestContext,
    next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    if let refusal = refusal(of: request) {
      response = try ConsoleRoutes.json(
        ConsoleProblem(.refused, refusal.words), status: refusal.status)
    } else {
      response = try await next(request, context)
    }
    response.headers[.contentSecurityPolicy] = Self.policy
    response.headers[HTTPField.Name("X-Content-Type-Options")!] = "nosniff"
    response.headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
    response.headers[HTTPField.Name("Cross-Origin-Opener-Policy")!] = "same-origin"
    response.headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] = "same-origin"
    response.headers[.cacheControl] = "no-store"
    return response
  }

  private struct Refusal {
    var status: HTTPResponse.Status
    var words: String
  }

  private func refusal(of request: Request) -> Refusal? {
    // A foreign host name that resolves to this machine is an attack on browsers (DNS rebinding).
    guard let host = request.head.authority, names.contains(authority: host) else {
      return Refusal(
        status: .misdirectedRequest,
        words: "this is not a name of this controller: use its address, or set console.web.names")
    }
    if let origin = request.headers[.origin] {
      guard origin.lowercased() == "\(isSecure ? "https" : "http")://\(host.lowercased())" else {
        return Refusal(status: .forbidden, words: "another page may not ask this one")
      }
    }
    let path = request.uri.path
    if Self.open.contains(path) || (isLoopback && path == "/metrics" && request.method == .get) {
      return nil
    }
    guard let token = Self.token(of: request), let session = gate.session(token) else {
      return Refusal(
        status: .unauthorized, words: "sign in: run `postern console login` on the controller")
    }
    guard request.method == .get || request.method == .head else {
      guard let sent = request.headers[Self.csrfHeader], ConsoleGate.same(sent, session.csrf)
      else {
        return Refusal(
          status: .forbidden, words: "the header \(Self.csrfHeader) is missing or wrong")
      }
      return nil
    }
    return nil
  }

  static func token(of request: Request) -> String? {
    request.headers[values: .cookie].lazy.flatMap { $0.split(separator: ";") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .first { $0.hasPrefix(cookie + "=") }
      .map { String($0.dropFirst(cookie.count + 1)) }
  }
}
