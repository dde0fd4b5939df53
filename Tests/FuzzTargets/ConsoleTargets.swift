import Console
import ConsoleProtocol
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

extension FuzzTarget {
  /// Requests on the socket: each gets an answer, and a refusal is the JSON of a problem.
  static let socket = FuzzTarget(
    "socket", "requests on the console's socket", bytesMax: 2_048, seeds: { ConsoleSeeds.requests },
    make: {
      let backend = DeafBackend()
      let server = ConsoleServer(backend: backend, socketPath: "", logger: Logger(label: "fuzz"))
      let asker = ConsoleAsker(server.router().buildResponder())
      return { bytes in
        guard let answer = try asker.ask(bytes, adding: [:]) else { return }
        try answer.checkForm()
      }
    })

  /// Requests to the web page, with and without a session. Without one nothing reaches the door.
  static let web = FuzzTarget(
    "web", "requests to the console's web page, signed in and not", bytesMax: 2_048,
    seeds: { ConsoleSeeds.requests.flatMap { [[0] + $0, [1] + $0] } },
    make: {
      let backend = DeafBackend()
      let gate = ConsoleGate()
      let web = ConsoleWeb(
        backend: backend, settings: ConsoleWebSettings(address: "127.0.0.1", port: 8_080),
        gate: gate, logger: Logger(label: "fuzz"))
      let asker = ConsoleAsker(web.router().buildResponder())
      var session = try asker.signIn(gate)
      return { bytes in
        var input = FuzzInput(bytes)
        let isSignedIn = input.flag()
        let before = backend.calls
        let added = isSignedIn ? session : [:]
        guard let answer = try asker.ask(Array(input.rest), adding: added) else { return }
        try answer.checkForm()
        if !isSignedIn, answer.path != "/metrics" {
          try demand(backend.calls == before, "\(answer.path) reached the door with no session")
        }
        // It may have signed itself out.
        if isSignedIn, answer.status == 401 || answer.path == "/v1/session/end" {
          session = try asker.signIn(gate)
        }
      }
    })
}

/// A response.
private struct ConsoleAnswer {
  var path: String
  var status: Int
  var type: String?
  var cookie: String?
  var body: [UInt8]

  func checkForm() throws {
    try demand((200..<600).contains(status), "\(status) is no answer")
    guard type == "application/json" else { return }
    let json = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
    try demand(json != nil, "an answer that is no JSON")
    if status >= 400 {
      let problem = try? JSONDecoder().decode(ConsoleProblem.self, from: Data(body))
      try demand(problem?.message.isEmpty == false, "\(status) without words")
    }
  }
}

/// Passes requests to a router without a connection.
private final class ConsoleAsker: @unchecked Sendable {
  // Unchecked: the channel is never used from two tasks at once, since `ask` waits.
  private let responder: RouterResponder<BasicRequestContext>
  private let channel = EmbeddedChannel()
  private let logger = Logger(label: "fuzz")

  init(_ responder: RouterResponder<BasicRequestContext>) { self.responder = responder }

  /// `METHOD PATH`, lines of `Name: value`, an empty line, the body. Nil for what HTTP's own
  /// parser would not let through.
  func ask(_ bytes: [UInt8], adding: [String: String]) throws -> ConsoleAnswer? {
    let parts = bytes.split(separator: 10, omittingEmptySubsequences: false)
    let head = parts.prefix { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
    let body = parts.dropFirst(head.count + 1).joined(separator: [10])
    guard let first = head.first else { return nil }
    let words = first.split(separator: " ", maxSplits: 1)
    guard words.count == 2, let method = HTTPRequest.Method(String(words[0])),
      words[1].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    var fields = HTTPFields()
    var authority = "127.0.0.1:8080"
    for line in head.dropFirst() {
      let pair = line.split(separator: ":", maxSplits: 1)
      guard pair.count == 2, let name = HTTPField.Name(String(pair[0])) else { continue }
      let value = pair[1].trimmingCharacters(in: .whitespaces)
      if pair[0].lowercased() == "host" {
        authority = value
      } else {
        fields.append(HTTPField(name: name, value: value))
      }
    }
    for (name, value) in adding {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return try send(
      HTTPRequest(
        method: method, scheme: "http", authority: authority, path: String(words[1]),
        headerFields: fields), Array(body))
  }

  private func send(_ head: HTTPRequest, _ body: [UInt8]) throws -> ConsoleAnswer {
    let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
    let path = request.uri.path
    return try waiting { [responder, channel, logger] in
      let context = BasicRequestContext(
        source: ApplicationRequestContextSource(channel: channel, logger: logger))
      let response = try await responder.respond(to: request, context: context)
      let gathered = GatheringWriter()
      try await response.body.write(gathered)
      return ConsoleAnswer(
        path: path, status: Int(response.status.code),
        type: response.headers[.contentType], cookie: response.headers[.setCookie],
        body: gathered.bytes)
    }
  }

  /// The headers of a session.
  func signIn(_ gate: ConsoleGate) throws -> [String: String] {
    let text = "POST /v1/session\n\n{\"code\":\"\(gate.makeCode())\"}"
    struct Answer: Decodable { var csrf: String? }
    guard let answer = try ask(Array(text.utf8), adding: [:]),
      let cookie = answer.cookie?.split(separator: ";").first,
      let csrf = try JSONDecoder().decode(Answer.self, from: Data(answer.body)).csrf
    else { throw FuzzFinding("nobody can sign in") }
    return ["Cookie": String(cookie), "X-Postern-CSRF": csrf]
  }
}

/// Collects what a response writes.
private final class GatheringWriter: ResponseBodyWriter, @unchecked Sendable {
  // Unchecked: written by one task, read when it has ended.
  private(set) var bytes: [UInt8] = []

  func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer.readableBytesView) }
  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Requests of each route, as programs and browsers send them.
private enum ConsoleSeeds {
  static let requests: [[UInt8]] =
    (gets.map { "GET \($0)\n\n" }
    + posts.map { "POST \($0.path)\nContent-Type: application/json\n\n\($0.body)" })
    .map { Array($0.utf8) }

  private static let gets = [
    "/v1/status", "/v1/events?limit=3&before=9&door=front&type=t&reason=r&from=1&until=2",
    "/v1/events/stream", "/v1/events/sse", "/v1/diagnosis", "/v1/live?edges=1&keys=1",
    "/v1/live/sse", "/v1/credentials?after=c1&person=ada&limit=2", "/v1/configuration",
    "/v1/history", "/v1/support", "/v1/muster", "/v1/plans", "/v1/grade", "/metrics", "/",
    "/app.js", "/v1/automations",
    "/v1/session",
    "/v1/%2e%2e/x",
  ]
  private static let posts: [(path: String, body: String)] = [
    ("/v1/identify", #"{"door":"front"}"#), ("/v1/session", #"{"code":"12345678"}"#),
    (
      "/v1/commissioning",
      #"{"door":"front","by":"x","findings":[{"step":"free","result":"asExpected","note":""}]}"#
    ),
    ("/v1/mode", #"{"door":"front","mode":"lockdown","by":"x","reason":"y","seconds":5}"#),
    ("/v1/lockout/clear", #"{"reader":"front-in","by":"x"}"#), ("/v1/sync", ""),
    ("/v1/antipassback/forgive", #"{"person":"ada","by":"x"}"#),
    ("/v1/clock/trust", #"{"by":"x","reason":"y"}"#),
    ("/v1/bell/answer", #"{"door":"front","answer":"refuse","by":"x"}"#),
    ("/v1/muster/reset", #"{"area":"hall","by":"x","reason":"y"}"#),
    ("/v1/plans", #"{"plan":"lockdown","change":"start","by":"x","reason":"y"}"#),
    ("/v1/explain", #"{"door":"front","person":"ada","presentation":"card"}"#),
    ("/v1/keys/hand-over", #"{"certificate":"a.b.c","order":"a.b.c"}"#),
    ("/v1/keys/present", #"{"door":"front","mobile":"secret"}"#),
    (
      "/v1/keys/offline-pin/revoke",
      #"{"door":"front","startHour":1,"hours":1,"serial":0,"by":"x"}"#
    ),
    ("/v1/panel", #"{"contact":{"door":"front","open":true}}"#), ("/v1/session/end", ""),
    ("/v1/reader/pair", #"{"door":"front","seconds":5,"by":"x"}"#),
    ("/v1/live/disclose", #"{"by":"x","seconds":5}"#),
    ("/v1/relay/test", #"{"door":"front","by":"x"}"#),
    ("/v1/geofence", #"{"door":"front","location":{"lat":1,"lng":2,"accuracyMeters":3}}"#),
  ]
}
