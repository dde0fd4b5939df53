import ChildProcesses
import Foundation
import Logging
import Testing

@testable import CloudAPI

/// The API behind its own HTTP server; the client of webhooks asks.
@Suite("API: HTTP")
struct APIServerTests {
  private let world: PlatformFixture

  init() async throws { world = try await PlatformFixture() }

  /// What `body` finds with a server that answers.
  private func served(_ body: (_ url: String) async throws -> Void) async throws {
    let port = try LoopbackPort.free()
    let world = world
    let server = APIServer(
      api: world.api, address: APIAddress(host: "127.0.0.1", port: port), clock: { world.now },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let serving = Task { try await server.run() }
    defer { serving.cancel() }
    let url = "http://127.0.0.1:\(port)"
    for _ in 0..<400 {
      if case .status = await post(url + "/v1/health") { return try await body(url) }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the server does not answer")
  }

  private func post(
    _ url: String, _ body: [UInt8] = [], token: String = ""
  ) async -> WebhookOutcome {
    await WebhookClient().post(
      url,
      headers: [("authorization", "Bearer \(token)"), ("content-type", "application/json")],
      body: body)
  }

  @Test("D17: what comes by HTTP is answered as what does not; a long body ends in 413")
  func answers() async throws {
    let token = try await world.makeToken("t", [.tokens, .read])
    try await served { url in
      #expect(await post(url + "/v1/health") == .status(405))
      #expect(await post(url + "/v1/tokens") == .status(401))
      let body = Array(#"{"name": "new", "scopes": ["read"]}"#.utf8)
      #expect(await post(url + "/v1/tokens", body, token: token) == .status(201))
      #expect(await post(url + "/v1/tokens", body, token: token) == .status(409))
      #expect(await post(url + "/v1/t%6Fkens", Array("{".utf8), token: token) == .status(400))
      let long = Array(repeating: UInt8(ascii: " "), count: APILimits.bodyBytesMax + 1)
      #expect(await post(url + "/v1/tokens", long, token: token) == .status(413))
    }
  }

  @Test("D17: nobody answers, or no TLS does: the outcome says so")
  func unanswered() async throws {
    let port = try LoopbackPort.free()
    guard case .failed = await post("http://127.0.0.1:\(port)/") else {
      Issue.record("a receiver that is not there has answered")
      return
    }
    try await served { url in
      let outcome = await post(url.replacing("http:", with: "https:"))
      guard case .failed = outcome else {
        Issue.record("\(outcome)")
        return
      }
    }
  }

  @Test("D17: without a certificate the API is on this machine only")
  func loopback() async throws {
    let server = APIServer(
      api: world.api, address: APIAddress(host: "0.0.0.0", port: 1), clock: { 0 },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await #expect(throws: APIServerProblem.self) { try await server.run() }
  }
}
