import Foundation
import Testing

@testable import CloudAPI
@testable import posterncloud

@Suite("API: tokens, problems, ETags, repeated requests, rates and audit")
struct PlatformCallTests {
  @Test("D17: without a good token nothing is told, and a scope that is missing is named")
  func tokens() async throws {
    let world = try await PlatformFixture()
    #expect(try await world.call("GET", "/v1/sites", token: "x").status == 401)
    let answer = try await world.call("GET", "/v1/sites", token: "postern_x")
    #expect(answer.kind == "unauthenticated" && answer.headers["www-authenticate"] == "Bearer")
    let reader = try await world.makeToken("reader", [.read])
    #expect(try await world.call("GET", "/v1/sites", token: reader).status == 200)
    let refused = try await world.call("PUT", "/v1/people/eve", [:], token: reader)
    #expect(
      refused.status == 403
        && refused.body["detail"] as? String == "the token lacks the scope people")
    try await world.ok("DELETE", "/v1/tokens/reader")
    #expect(try await world.call("GET", "/v1/sites", token: reader).status == 401)
    #expect(try await world.call("GET", "/v1/health", token: "x").status == 200)
  }

  @Test("D17: a token is made for less than its maker has, is shown once, and ends at its time")
  func making() async throws {
    let world = try await PlatformFixture()
    let maker = try await world.makeToken("maker", [.tokens, .read])
    let excess = try await world.call(
      "POST", "/v1/tokens", ["name": "x", "scopes": ["unlock"]], token: maker)
    #expect(excess.status == 403)
    let made = try await world.call(
      "POST", "/v1/tokens",
      ["name": "short", "scopes": ["read"], "expiresAt": "2020-11-30T10:00:00+00:00"],
      token: maker)
    let token = try #require(made.body["token"] as? String)
    #expect(made.status == 201 && token.hasPrefix("postern_"))
    #expect(try await world.call("GET", "/v1/sites", token: token).status == 200)
    world.pass(seconds: 3_600)
    #expect(try await world.call("GET", "/v1/sites", token: token).status == 401)
    let list = try await world.ok("GET", "/v1/tokens")
    #expect(list.items.count == 3 && list.items.allSatisfy { $0["token"] == nil })
    let bytes = try Data(contentsOf: URL(filePath: world.folder + "/cloud.sqlite-wal"))
    #expect(bytes.range(of: Data(token.utf8)) == nil)
    #expect(
      try await world.call("POST", "/v1/tokens", ["name": "short", "scopes": ["read"]]).status
        == 409)
  }

  @Test("An id in a path is its bytes: with a byte order mark it names somebody else")
  func bytesOfPaths() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let mark = "%EF%BB%BF"
    let other = try await world.call("PUT", "/v1/people/\(mark)ada", ["accessEnabled": false])
    #expect(other.status == 201)
    // Foundation's JSON drops the mark, so the id itself is not compared.
    let made = try await world.ok("GET", "/v1/people/\(mark)ada")
    #expect(made.body["accessEnabled"] as? Bool == false)
    let ada = try await world.ok("GET", "/v1/people/ada")
    #expect(ada.body["accessEnabled"] as? Bool == true)
    #expect(try await world.call("GET", "/v1/doors/\(mark)gate-1:front").status == 404)
    #expect(try await world.call("GET", "/v1/sites/\(mark)house").status == 404)
    for wrong in ["%FFada", "%C3", "ada%", "ada%4", "%zz", "%+1", "%ED%A0%80"] {
      #expect(try await world.call("PUT", "/v1/people/\(wrong)", [:]).status == 404, "\(wrong)")
    }
    #expect(try await world.call("GET", "/v1/people/%61d%61").body["id"] as? String == "ada")
  }

  @Test("D17: what is wrong is told as a problem, each fault by its path, and nothing is stored")
  func problems() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    #expect(try await world.call("GET", "/v1/nothing").kind == "notFound")
    let wrong = try await world.call("PATCH", "/v1/sites")
    #expect(wrong.status == 405 && wrong.headers["allow"] == "GET")
    let unknown = try await world.call("PUT", "/v1/people/eve", ["acessEnabled": false])
    #expect(unknown.status == 422 && unknown.paths == ["acessEnabled"])
    #expect(
      try await world.call("PUT", "/v1/people/eve", ["tags": 5]).paths == ["tags"])
    #expect(
      try await world.call("PUT", "/v1/people/eve", [:], headers: ["content-type": "text/plain"])
        .status == 415)
    #expect(try await world.call("GET", "/v1/people?limt=3").paths == ["limt"])
    let door = try await world.call(
      "PUT", "/v1/doors/gate-1:front",
      ["site": "house", "name": "", "icon": "hole", "settings": ["holdTimeSeconds": 99]])
    #expect(
      door.paths == [
        "gate-1.doors[0].name", "gate-1.doors[0].icon", "gate-1.doors[0].holdTimeSeconds",
      ])
    let present = try await world.ok("GET", "/v1/doors/gate-1:front")
    #expect(present.body["name"] as? String == "gate-1:front")
    #expect(try await world.call("GET", "/v1/people/eve").status == 404)
    #expect(world.faults == [])
  }

  @Test("D17: an ETag spares a reader what has not changed, and a writer what another has changed")
  func tags() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let first = try await world.ok("GET", "/v1/people/ada")
    let tag = try #require(first.headers["etag"])
    let path = "/v1/people/ada"
    #expect(try await world.call("GET", path, headers: ["if-none-match": tag]).status == 304)
    let changed = try await world.ok("PUT", path, ["tags": ["a"]], headers: ["if-match": tag])
    #expect(changed.headers["etag"] != tag)
    #expect(changed.headers["etag"] == (try await world.ok("GET", path).headers["etag"]))
    let late = try await world.call("PUT", path, ["tags": ["b"]], headers: ["if-match": tag])
    #expect(late.status == 412 && late.kind == "changed")
    #expect(try await world.ok("GET", path).body["tags"] as? [String] == ["a"])
    let again = try await world.call("PUT", path, [:], headers: ["if-none-match": "*"])
    #expect(again.status == 412)
    #expect(
      try await world.call("PUT", "/v1/people/new", [:], headers: ["if-none-match": "*"]).status
        == 201)
    #expect(
      try await world.call("PUT", "/v1/people/none", [:], headers: ["if-match": "*"]).status == 412)
  }

  @Test("D17: a repeated Idempotency-Key gives the first answer for a day, and acts once")
  func repeated() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let path = "/v1/doors/gate-1:front/admin-unlocks"
    let key = ["idempotency-key": "k-1"]
    let first = try await world.ok("POST", path, ["reason": "parcel"], headers: key)
    let second = try await world.ok("POST", path, ["reason": "parcel"], headers: key)
    #expect(first.status == 202 && second.status == 202)
    #expect(first.body["id"] as? String == second.body["id"] as? String)
    #expect(second.headers["idempotency-replayed"] == "true")
    #expect(try world.store.commands.latest(limit: 10).count == 1)
    let other = try await world.call("POST", path, ["reason": "other"], headers: key)
    #expect(other.status == 422 && other.kind == "keyReused")
    world.pass(seconds: 86_400)
    try await world.ok("POST", path, ["reason": "other"], headers: key)
    #expect(try world.store.commands.latest(limit: 10).count == 2)
    // What was refused may be sent again, mended, under its key.
    let mended = ["idempotency-key": "k-2"]
    #expect(try await world.call("POST", path, ["reason": ""], headers: mended).status == 422)
    #expect(try await world.call("POST", path, ["reason": "a"], headers: mended).status == 202)
  }

  @Test("D17: 200 requests at once are answered, the next waits; then 50 a second")
  func rates() async throws {
    let rates = RateLimiter()
    let taken = (0..<200).map { _ in rates.take("a", at: 1_000) }
    #expect(taken.allSatisfy { $0 == nil })
    #expect(rates.take("a", at: 1_000) == 1 && rates.take("b", at: 1_000) == nil)
    let later = (0..<50).map { _ in rates.take("a", at: 2_000) }
    #expect(later.allSatisfy { $0 == nil } && rates.take("a", at: 2_000) == 1)
    let world = try await PlatformFixture()
    for _ in 0..<200 { _ = try await world.call("GET", "/v1/sites") }
    let answer = try await world.call("GET", "/v1/sites")
    #expect(answer.status == 429 && answer.headers["retry-after"] == "1")
  }

  @Test("D17: of 4,096 tokens the rate is kept, the one after displaces the quietest")
  func manyTokens() {
    let rates = RateLimiter()
    for _ in 0...200 { _ = rates.take("quiet", at: 0) }
    for _ in 0...200 { _ = rates.take("busy", at: 9) }
    for number in 2..<RateLimiter.tokensMax { _ = rates.take("t\(number)", at: 9) }
    #expect(rates.take("busy", at: 9) == 1)
    _ = rates.take("new", at: 10)
    #expect(rates.take("quiet", at: 10) == nil && rates.take("busy", at: 10) == 1)
  }

  @Test("D17: each change is in the audit with who made it and which members, and no value")
  func audit() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok("POST", "/v1/people/ada/code", ["code": "471193"])
    _ = try await world.call("PUT", "/v1/people/eve", ["wrong": 1])
    let newest = try await world.ok("GET", "/v1/audit?limit=1")
    let entry = try #require(newest.items.first?["entry"] as? [String: Any])
    #expect(entry["operation"] as? String == "makeCode" && entry["by"] as? String == "all")
    #expect(entry["fields"] as? [String] == ["code"] && entry["status"] as? Int == 201)
    #expect(!"\(entry)".contains("471193"))
    let next = try #require(newest.body["next"] as? String)
    let older = try await world.ok("GET", "/v1/audit?before=\(next)&limit=500")
    #expect(older.items.count == 7 && older.body["next"] == nil)
  }

  @Test(
    "D17: a body of 256 KiB is read, of one byte more is refused; a page has 500 entries at most")
  func limits() async throws {
    let world = try await PlatformFixture()
    let token = try await world.makeToken("t", [.people, .read])
    func put(_ bytes: Int) async -> APIReply {
      let body = Array("{}".utf8) + Array(repeating: UInt8(ascii: " "), count: bytes - 2)
      return await world.api.answer(
        APIRequest(
          method: "PUT", path: "/v1/people/ada",
          headers: ["authorization": "Bearer \(token)", "content-type": "application/json"],
          body: body), at: world.now)
    }
    #expect(await put(APILimits.bodyBytesMax + 1).status == 413)
    #expect(await put(APILimits.bodyBytesMax).status == 201)
    #expect(try await world.call("GET", "/v1/people?limit=500").status == 200)
    #expect(try await world.call("GET", "/v1/people?limit=501").paths == ["limit"])
    let long = ["idempotency-key": String(repeating: "k", count: 256)]
    #expect(
      try await world.call("POST", "/v1/tokens", ["name": "n", "scopes": ["read"]], headers: long)
        .status == 400)
    let longest = ["idempotency-key": String(repeating: "k", count: 255)]
    #expect(
      try await world.call(
        "POST", "/v1/tokens", ["name": "n", "scopes": ["read"]], headers: longest
      )
      .status == 201)
  }

  @Test(
    "D17: times are RFC 3339, with any offset, and nothing else",
    arguments: [
      ("2020-11-30T09:00:00Z", PlatformFixture.start),
      ("2020-11-30T10:00:00.5+01:00", PlatformFixture.start + 500),
      ("2020-11-29t23:30:00-09:30", PlatformFixture.start),
      ("2020-11-30 09:00:00Z", nil), ("2020-11-30T09:00Z", nil), ("2020-02-30T09:00:00Z", nil),
      ("2020-11-30T24:00:00Z", nil), ("1969-12-31T23:59:59Z", nil), ("2020-11-30T09:00:00", nil),
      ("2020-11-30T09:00:00+25:00", nil), ("٢٠٢٠-11-30T09:00:00Z", nil),
    ] as [(String, Int64?)])
  func times(text: String, expected: Int64?) {
    #expect(APITime.milliseconds(text) == expected)
  }
}
