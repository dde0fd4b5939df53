import ConsoleProtocol
import Foundation
import Logging
import Testing

@testable import Console

@Suite("Console: the socket itself (E4, E6, F3)")
struct ConsoleSocketTests {
  @Test("E6: owner and group may open the socket, nobody else; it goes when the console ends")
  func permissions() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let isPrivate = try await console.eventually {
      let file = try FileManager.default.attributesOfItem(atPath: console.path)
      return file[.posixPermissions] as? Int == 0o660
    }
    #expect(isPrivate)
    try await console.stop()
    #expect(!FileManager.default.fileExists(atPath: console.path))
  }

  @Test("F3: a socket path of 107 bytes is one, of 108 is refused before anything is tried")
  func longPath() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("s-\(UUID().uuidString.prefix(8))").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func path(_ count: Int) -> String {
      folder + "/" + String(repeating: "s", count: count - folder.utf8.count - 1)
    }
    #expect(SocketFile.pathBytesMax == 107)
    try SocketFile(path: path(SocketFile.pathBytesMax)).makeRoom()
    let problem = #expect(throws: ConsoleProblem.self) {
      try SocketFile(path: path(SocketFile.pathBytesMax + 1)).makeRoom()
    }
    #expect(problem?.message.contains("has more than 107 bytes") == true)
  }

  @Test("F3: the socket file of a daemon that died is replaced")
  func stale() async throws {
    let console = try ConsoleFixture()
    let dead = try #require(boundSocket(console.path))
    close(dead)
    #expect(FileManager.default.fileExists(atPath: console.path))
    try await console.start()
    #expect(try await console.ask("GET", "/v1/status").status == 200)
  }

  @Test("F3: a socket that another program serves is left alone, and the error says whose it is")
  func live() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let problem = await #expect(throws: ConsoleProblem.self) {
      try await console.server().run()
    }
    #expect(problem?.kind == .refused)
    #expect(problem?.message.contains(console.path) == true)
    // The first one still answers, on the same file.
    #expect(try await console.ask("GET", "/v1/status").status == 200)
  }

  @Test("F3: a file that is no socket is never removed")
  func noSocket() async throws {
    let console = try ConsoleFixture()
    try Data("precious".utf8).write(to: URL(filePath: console.path))
    let problem = await #expect(throws: ConsoleProblem.self) {
      try await console.server().run()
    }
    #expect(problem?.message.contains(console.path) == true)
    #expect(try Data(contentsOf: URL(filePath: console.path)) == Data("precious".utf8))
  }

  @Test("F3: a socket that listens but has no room for another connection is somebody's")
  func busy() async throws {
    let console = try ConsoleFixture()
    let listener = try #require(boundSocket(console.path))
    defer { close(listener) }
    // One place in its queue, taken; it never accepts.
    #expect(listen(listener, 0) == 0)
    let first = try #require(ConsoleConnection(console.path))
    defer { withExtendedLifetime(first) {} }
    await #expect(throws: ConsoleProblem.self) { try await console.server().run() }
    #expect(FileManager.default.fileExists(atPath: console.path))
  }

  @Test("F3: a folder that is missing and a path that is too long are named")
  func badPaths() async throws {
    let console = try ConsoleFixture()
    for path in [
      console.folder + "/none/postern.sock",
      console.folder + "/" + String(repeating: "x", count: 108),
    ] {
      let server = ConsoleServer(
        backend: console.backend, socketPath: path, logger: .init(label: "test"))
      let problem = await #expect(throws: ConsoleProblem.self) { try await server.run() }
      #expect(problem?.message.contains(path) == true)
    }
  }

  @Test("F3: a connection that says nothing, or half a request, is closed after the idle time")
  func halfOpen() async throws {
    let console = try ConsoleFixture()
    try await console.start(limits: ConsoleLimits(idleMilliseconds: 300))
    for text in [
      "", "GET /v1/sta", "POST /v1/identify HTTP/1.1\r\nHost: p\r\nContent-Length: 9\r\n\r\n{",
    ] {
      let connection = try #require(ConsoleConnection(console.path))
      await connection.send(text)
      var last = await connection.receive()
      while let bytes = last, !bytes.isEmpty { last = await connection.receive() }
      #expect(last == [], "open after \(ConsoleFixture.patienceSeconds) s: \(text)")
    }
    #expect(console.backend.identified.isEmpty)
  }

  @Test("F3: beyond the limit a connection waits; it is served when another one ends")
  func limit() async throws {
    let console = try ConsoleFixture()
    try await console.start(limits: ConsoleLimits(connectionsMax: 2))
    let request = "GET /v1/status HTTP/1.1\r\nHost: p\r\n\r\n"
    // The check of the start may still hold a place for a moment.
    var held: [ConsoleConnection] = []
    while held.count < 2 {
      let connection = try #require(ConsoleConnection(console.path))
      await connection.send(request)
      #expect(await connection.receive()?.isEmpty == false)
      held.append(connection)
    }
    let third = try #require(ConsoleConnection(console.path))
    await third.send(request)
    #expect(await third.receive(withinMilliseconds: 300) == nil)
    held.removeFirst()
    #expect(await third.receive()?.isEmpty == false)
  }

  @Test("F3: more clients than the limit, all at once, are all served in the end")
  func many() async throws {
    let console = try ConsoleFixture()
    try await console.start(limits: ConsoleLimits(connectionsMax: 8))
    let answers = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<100 { group.addTask { try await console.ask("GET", "/v1/status").status } }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(answers == Array(repeating: 200, count: 100))
  }

  @Test(
    "A4 F3: neither a follower nor half a request holds up the end of the console",
    .timeLimit(.minutes(5)))
  func end() async throws {
    let console = try ConsoleFixture()
    // Nobody would close either of the two before the time limit of this test.
    try await console.start(limits: ConsoleLimits(idleMilliseconds: 3_600_000))
    let follower = try #require(ConsoleConnection(console.path))
    await follower.send("GET /v1/events/stream HTTP/1.1\r\nHost: p\r\n\r\n")
    #expect(await console.eventually { console.backend.streams == 1 })
    let half = try #require(ConsoleConnection(console.path))
    await half.send("POST /v1/identify HTTP/1.1\r\nHost: p\r\nContent-Length: 9\r\n\r\n{")
    try await console.stop()
    #expect(console.backend.streamsEnded == 1)
  }

  /// A socket with a name and nobody who listens.
  private func boundSocket(_ path: String) -> Int32? {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    return ConsoleConnection.call(bind, descriptor, path) == 0 ? descriptor : nil
  }
}
