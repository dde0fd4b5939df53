import ChildProcesses
import ConsoleProtocol
import Foundation
import Logging
import Synchronization
import Testing

@testable import Console

@Suite("Console: the web page against hostile pages and programs (E4)")
struct ConsoleWebTests {
  /// A page on a free port of the loopback, before a backend that answers with what it was asked.
  private final class Web: Sendable {
    let backend = ConsoleFakeBackend()
    let gate = ConsoleGate()
    let port: Int
    private let running = Mutex<Task<Void, any Error>?>(nil)

    init(
      limits: ConsoleLimits = ConsoleLimits(), names: [String] = []
    ) async throws {
      port = try LoopbackPort.free()
      let web = ConsoleWeb(
        backend: backend,
        settings: ConsoleWebSettings(address: "127.0.0.1", port: port, names: names),
        gate: gate, limits: limits,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      running.withLock { $0 = Task { try await web.run() } }
      var patience = Patience()
      while ConsoleConnection(port: port) == nil, patience.lasts() {
        try await Task.sleep(for: .milliseconds(5))
      }
    }

    deinit { running.withLock { $0?.cancel() } }

    /// One exchange as text, head and body.
    func ask(
      _ method: String, _ target: String, _ headers: [String] = [], host: String? = nil,
      body: String? = nil
    ) async throws -> String {
      let connection = try #require(ConsoleConnection(port: port))
      var lines = [
        "\(method) \(target) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")", "Connection: close",
      ]
      if let body { lines.append("Content-Length: \(body.utf8.count)") }
      await connection.send((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
      return await connection.text()
    }

    /// Cookie and word of a signed-in browser.
    func signIn() async throws -> (cookie: String, csrf: String) {
      let answer = try await ask(
        "POST", "/v1/session", body: #"{"code":"\#(gate.makeCode())"}"#)
      let cookie = try #require(answer.firstMatch(of: #/postern-session=([0-9a-f]+)/#))
      let csrf = try #require(answer.firstMatch(of: #/"csrf":"([0-9a-f]+)"/#))
      #expect(answer.contains("HttpOnly; SameSite=Strict"))
      return ("Cookie: postern-session=\(cookie.output.1)", String(csrf.output.1))
    }
  }

  @Test("E4: without a sign-in only the page itself and metrics are there, with a strict policy")
  func closed() async throws {
    let web = try await Web()
    for path in ["/", "/app.js", "/texts.js", "/style.css", "/metrics"] {
      let answer = try await web.ask("GET", path)
      #expect(answer.hasPrefix("HTTP/1.1 200"), "\(path)")
      #expect(answer.contains("default-src 'none'; script-src 'self'"), "\(path)")
      #expect(answer.contains("X-Content-Type-Options: nosniff"), "\(path)")
    }
    for path in ["/v1/status", "/v1/events", "/v1/live", "/v1/diagnosis", "/v1/credentials"] {
      #expect(try await web.ask("GET", path).hasPrefix("HTTP/1.1 401"), "\(path)")
    }
    let post = try await web.ask("POST", "/v1/relay/test", body: #"{"door":"front","by":"x"}"#)
    #expect(post.hasPrefix("HTTP/1.1 401"))
    #expect(web.backend.cleared.isEmpty)
    // Codes are made on the socket only.
    #expect(try await web.ask("POST", "/v1/console/login").hasPrefix("HTTP/1.1 401"))
  }

  @Test(
    "E4: a signed-in browser is served; what changes something needs its word, and is by console")
  func served() async throws {
    let web = try await Web()
    let (cookie, csrf) = try await web.signIn()
    #expect(try await web.ask("GET", "/v1/status", [cookie]).hasPrefix("HTTP/1.1 200"))
    // Keys are PINs: only who is on the machine may see them.
    #expect(try await web.ask("GET", "/v1/live?keys", [cookie]).hasPrefix("HTTP/1.1 409"))
    let body = #"{"door":"front","by":"somebody else"}"#
    let without = try await web.ask("POST", "/v1/relay/test", [cookie], body: body)
    #expect(without.hasPrefix("HTTP/1.1 403"))
    let wrong = try await web.ask(
      "POST", "/v1/relay/test", [cookie, "X-Postern-CSRF: 0"], body: body)
    #expect(wrong.hasPrefix("HTTP/1.1 403"))
    #expect(web.backend.cleared.isEmpty)
    let word = "X-Postern-CSRF: \(csrf)"
    let good = try await web.ask("POST", "/v1/relay/test", [cookie, word], body: body)
    #expect(good.hasPrefix("HTTP/1.1 200"))
    #expect(web.backend.cleared == ["front tried by console"])
    #expect(
      try await web.ask("POST", "/v1/console/login", [cookie, word]).hasPrefix("HTTP/1.1 404"))
    #expect(web.backend.sessions == [.began])
    _ = try await web.ask("POST", "/v1/session/end", [cookie, word])
    #expect(try await web.ask("GET", "/v1/status", [cookie]).hasPrefix("HTTP/1.1 401"))
    #expect(web.backend.sessions == [.began, .ended(.signedOut)])
    _ = try await web.ask("POST", "/v1/session/end", [cookie, word])
    _ = try await web.ask("POST", "/v1/session", body: #"{"code":"00000000"}"#)
    #expect(web.backend.sessions.count == 2)
  }

  @Test("E4: another page's origin and a foreign name of the machine are refused")
  func foreign() async throws {
    let web = try await Web()
    let (cookie, csrf) = try await web.signIn()
    let word = "X-Postern-CSRF: \(csrf)"
    let body = #"{"door":"front"}"#
    for origin in [
      "https://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:\(web.port)",
    ] {
      let answer = try await web.ask(
        "POST", "/v1/identify", [cookie, word, "Origin: \(origin)"], body: body)
      #expect(answer.hasPrefix("HTTP/1.1 403"), "\(origin)")
    }
    let rebound = try await web.ask("GET", "/", host: "evil.example:\(web.port)")
    #expect(rebound.hasPrefix("HTTP/1.1 421"))
    #expect(web.backend.identified.isEmpty)
    let own = try await web.ask(
      "POST", "/v1/identify", [cookie, word, "Origin: http://127.0.0.1:\(web.port)"], body: body)
    #expect(own.hasPrefix("HTTP/1.1 204"))
  }

  @Test("D4 E4: a name of the settings is the page's own, for Host and for Origin; no other is")
  func furtherNames() async throws {
    let web = try await Web(names: ["door.example.org"])
    let (cookie, csrf) = try await web.signIn()
    let word = "X-Postern-CSRF: \(csrf)"
    func identify(host: String, origin: String) async throws -> String {
      try await web.ask(
        "POST", "/v1/identify", [cookie, word, "Origin: http://\(origin)"], host: host,
        body: #"{"door":"front"}"#)
    }
    let own = "door.example.org:\(web.port)"
    #expect(try await web.ask("GET", "/", host: own).hasPrefix("HTTP/1.1 200"))
    #expect(try await identify(host: own, origin: own).hasPrefix("HTTP/1.1 204"))
    // Each is a name of this machine, but the page came from the other one.
    let address = "127.0.0.1:\(web.port)"
    #expect(try await identify(host: own, origin: address).hasPrefix("HTTP/1.1 403"))
    #expect(try await identify(host: address, origin: own).hasPrefix("HTTP/1.1 403"))
    for host in ["x.door.example.org", "example.org", "door.example.org.evil.example"] {
      let answer = try await web.ask("GET", "/", host: "\(host):\(web.port)")
      #expect(answer.hasPrefix("HTTP/1.1 421") && answer.contains("console.web.names"), "\(host)")
    }
  }

  @Test("D4: the machine's own name is known, alone, with .local and with a final dot")
  func ownNames() {
    let names = OwnNames(["localhost", "door.example.org"]) { "Gate-1.example.net" }
    for host in [
      "gate-1.example.net", "gate-1", "gate-1.local", "GATE-1.local:8480", "gate-1.local.",
      "gate-1.local.:80", "door.example.org", "localhost:1", "192.0.2.7", "192.0.2.7:80",
      "[::1]", "[fe80::1]:8480",
    ] {
      #expect(names.contains(authority: host), "\(host)")
    }
    for host in [
      "", ":80", ".", ".local", "example.net", "gate-1.local.evil.example", "gate-2.local",
      "evil.example", "gate-1.local..", "[::1", "[gate-1]x", "gate-1@evil.example", "300.1.1.1",
    ] {
      #expect(!names.contains(authority: host), "\(host)")
    }
    #expect(!OwnNames([]) { "" }.contains(authority: ".local"))
  }

  @Test("E4: a head that is too large is refused; one that drips, and a body that drips, are cut")
  func slow() async throws {
    let web = try await Web(limits: ConsoleLimits(requestMilliseconds: 300))
    let large = try await web.ask("GET", "/", ["X: " + String(repeating: "x", count: 100_000)])
    #expect(large.isEmpty || large.hasPrefix("HTTP/1.1 4"), "\(large.prefix(40))")
    for begun in [
      "GET / HTTP/1.1\r\nHost: ", "",
      "POST /v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{",
    ] {
      let connection = try #require(ConsoleConnection(port: web.port))
      await connection.send(begun)
      // The peer closes, though the connection is never quiet for long.
      var isOpen = true
      let end = ContinuousClock.now + .seconds(30)
      while isOpen, ContinuousClock.now < end {
        if !begun.isEmpty { await connection.send("a") }
        if let bytes = await connection.receive(withinMilliseconds: 50) { isOpen = !bytes.isEmpty }
      }
      #expect(!isOpen, "\(begun)")
    }
  }

  @Test("E4: in a crowd whoever asks for nothing goes, longest first; who comes and asks is served")
  func crowd() async throws {
    let web = try await Web(limits: ConsoleLimits(connectionsMax: 4))
    var held: [ConsoleConnection] = []
    for _ in 0..<12 {
      let connection = try #require(ConsoleConnection(port: web.port))
      await connection.send("GET / HT")
      held.append(connection)
    }
    #expect(try await web.ask("GET", "/").hasPrefix("HTTP/1.1 200"))
    #expect(await held[0].receive()?.isEmpty == true)
  }

  @Test("E4: on an address of the network it is not served without TLS")
  func network() async throws {
    let web = ConsoleWeb(
      backend: ConsoleFakeBackend(),
      settings: ConsoleWebSettings(address: "0.0.0.0", port: 1), gate: ConsoleGate(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await #expect(throws: ConsoleProblem.self) { try await web.run() }
  }

  @Test("E3: of more than 4,096 lines that wait for a slow watcher the oldest go")
  func slowWatcher() async throws {
    let most = LineStreamBody<Int>.waitingMax
    let given = GivenCount()
    let items = AsyncStream<Int> {
      let number = given.next()
      return number <= most + 1 ? number : nil
    }
    let merged = LineStreamBody(items: items).merged()
    // The end was given out, so everything before it waits now.
    var patience = Patience()
    while given.count < most + 2, patience.lasts() {
      try await Task.sleep(for: .milliseconds(5))
    }
    var found: [Int] = []
    for await item in merged { if let item { found.append(item) } }
    #expect(found == Array(2...most + 1))
  }

  @Test("E3: a watcher that lost notes is told how many")
  func lost() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let connection = try #require(ConsoleConnection(console.path))
    await connection.send("GET /v1/live HTTP/1.1\r\nHost: p\r\n\r\n")
    var text = ""
    while !text.contains("\"number\":6"), let bytes = await connection.receive(), !bytes.isEmpty {
      text += String(decoding: bytes, as: UTF8.self)
    }
    #expect(text.contains(#""kind":"lost","lost":3"#), "\(text)")
  }
}

/// Counts what a stream was asked for.
private final class GivenCount: Sendable {
  private let number = Atomic<Int>(0)
  var count: Int { number.load(ordering: .sequentiallyConsistent) }
  func next() -> Int { number.add(1, ordering: .sequentiallyConsistent).newValue }
}
