import ConsoleProtocol
import HTTPTypes
import Hummingbird

/// Signing in and out of the web page.
struct SessionRoutes: Sendable {
  struct SignIn: Codable, Sendable {
    var code: String
  }

  struct Answer: Codable, Sendable {
    var signedIn: Bool
    var csrf: String?
  }

  let gate: ConsoleGate
  let isSecure: Bool
  let backend: any ConsoleBackend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/v1/session") { request, _ in
      let session = GateMiddleware.token(of: request).flatMap { gate.session($0) }
      return try ConsoleRoutes.json(Answer(signedIn: session != nil, csrf: session?.csrf))
    }
    // This needs no session, so a form of another page could send it: but it must carry a code that
    // only a person on this machine has seen.
    router.post("/v1/session") { request, _ in
      let body: SignIn = try await RequestBody.read(of: request)
      guard let session = gate.signIn(body.code) else {
        return try ConsoleRoutes.json(
          ConsoleProblem(
            .refused, "this code is wrong, expired or used: `postern console login` makes a new one"
          ),
          status: .unauthorized)
      }
      await noteEnded()
      await backend.note(.began)
      var response = try ConsoleRoutes.json(Answer(signedIn: true, csrf: session.csrf))
      response.headers[.setCookie] = cookie(session.token, seconds: ConsoleGate.lifeSeconds)
      return response
    }
    router.post("/v1/session/end") { request, _ in
      if let token = GateMiddleware.token(of: request) { gate.end(token) }
      await noteEnded()
      return Response(status: .noContent, headers: [.setCookie: cookie("", seconds: 0)])
    }
  }

  private func noteEnded() async {
    for end in gate.takeEnded() { await backend.note(.ended(end)) }
  }

  private func cookie(_ token: String, seconds: Int64) -> String {
    "\(GateMiddleware.cookie)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(seconds)"
      + (isSecure ? "; Secure" : "")
  }
}
