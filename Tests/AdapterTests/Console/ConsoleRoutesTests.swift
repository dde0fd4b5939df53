import CloudProtocol
import ConsoleProtocol
import Foundation
import Testing

@testable import Console

@Suite("Console: what may be asked over the socket, and how it is answered (E4, E6)")
struct ConsoleRoutesTests {
  @Test("E6: good requests reach the backend with their values and get its answer")
  func good() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let status = try await console.ask("GET", "/v1/status")
    #expect(status.status == 200)
    #expect(
      try JSONDecoder().decode(ConsoleStatus.self, from: Data(status.body.utf8)).configRevision
        == 7)
    let events = try await console.ask(
      "GET", "/v1/events?door=front&person=ada%20b&type=access.granted&before=9&after=2&limit=500")
    #expect(events.status == 200)
    #expect(
      console.backend.queries == [
        EventQuery(
          before: 9, after: 2, door: "front", person: "ada b", type: "postern.access.granted.v1",
          limit: 500)
      ])
    #expect(try await console.ask("POST", "/v1/identify", body: #"{"door":"front"}"#).status == 204)
    #expect(try await console.ask("POST", "/v1/identify", body: "{}").status == 204)
    #expect(console.backend.identified == ["front", nil])
    let contact = try await console.ask("POST", "/v1/panel", body: #"{"contact":{"open":true}}"#)
    #expect(contact.status == 204)
    #expect(console.backend.actions == [.contact(door: nil, open: true)])
    let mode = #"{"mode":"force-open","by":"ann","reason":"move","seconds":60}"#
    #expect(try await console.ask("POST", "/v1/mode", body: mode).status == 204)
    #expect(
      console.backend.modes == [
        ModeRequest(door: nil, mode: "force-open", by: "ann", reason: "move", seconds: 60)
      ])
    let clear = #"{"reader":"front-in","by":"ann"}"#
    #expect(try await console.ask("POST", "/v1/lockout/clear", body: clear).status == 204)
    let forgive = #"{"by":"ann"}"#
    #expect(
      try await console.ask("POST", "/v1/antipassback/forgive", body: forgive).status == 204)
    let trust = #"{"by":"ann","reason":"my watch"}"#
    #expect(try await console.ask("POST", "/v1/clock/trust", body: trust).status == 204)
    let reset = #"{"area":"hall","by":"ann","reason":"counted"}"#
    #expect(try await console.ask("POST", "/v1/muster/reset", body: reset).status == 204)
    let bell = #"{"door":"front","answer":"open","by":"ann"}"#
    #expect(try await console.ask("POST", "/v1/bell/answer", body: bell).status == 204)
    let plan = #"{"plan":"lockdown","change":"start","by":"ann","reason":"alarm"}"#
    #expect(try await console.ask("POST", "/v1/plans", body: plan).status == 204)
    #expect(try await console.ask("GET", "/v1/plans").status == 200)
    #expect(try await console.ask("GET", "/v1/grade").status == 200)
    #expect(try await console.ask("GET", "/v1/automations").status == 200)
    #expect(
      console.backend.cleared == [
        "front-in by ann", "everybody forgiven by ann", "clock trusted by ann: my watch",
        "hall reset by ann: counted", "open front by ann", "start lockdown by ann: alarm",
      ])
  }

  @Test(
    "E6: a request that makes no sense is refused, and the answer names the value",
    arguments: [
      ("GET", "/v1/events?limit=0", nil, "limit"),
      ("GET", "/v1/events?limit=501", nil, "limit"),
      ("GET", "/v1/events?limit=18446744073709551615", nil, "limit"),
      ("GET", "/v1/events?limit=ten", nil, "limit"),
      ("GET", "/v1/events?before=-1", nil, "before"),
      ("GET", "/v1/events?after=1.5", nil, "after"),
      ("GET", "/v1/events?dor=front", nil, "dor"),
      ("GET", "/v1/events?limit=1&limit=2", nil, "limit"),
      ("POST", "/v1/identify", "", "JSON"),
      ("POST", "/v1/identify", "{", "JSON"),
      ("POST", "/v1/identify", #"{"door":7}"#, "door"),
      ("POST", "/v1/mode", #"{"mode":"force-open","by":"ann"}"#, "reason"),
      ("POST", "/v1/mode", #"{"mode":"lockdown","by":"a","reason":"r","doors":["gym"]}"#, "doors"),
      ("POST", "/v1/mode", #"{"mode":"lockdown","by":"a","reason":"r","minutes":1}"#, "minutes"),
      ("POST", "/v1/antipassback/forgive", #"{"by":"ann","persons":["ada"]}"#, "persons"),
      ("POST", "/v1/identify", #"{"dor":"front"}"#, "dor"),
      ("POST", "/v1/identify", #"{"door":"gym","d\u006For":"front"}"#, "door: is there twice"),
      (
        "POST", "/v1/panel", #"{"contact":{"open":true,"open":false}}"#,
        "contact.open: is there twice"
      ),
      ("POST", "/v1/panel", #"{"contact":{"open":true,"dor":"front"}}"#, "contact.dor"),
      ("POST", "/v1/panel", #"{"fly":{}}"#, "JSON"),
      ("POST", "/v1/panel", #"{"contact":{"open":"yes"}}"#, "contact.open"),
    ] as [(String, String, String?, String)])
  func bad(_ method: String, _ target: String, _ body: String?, _ named: String) async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let answer = try await console.ask(method, target, body: body)
    #expect(answer.status == 400)
    let problem = try ConsoleFixture.problem(answer.body)
    #expect(problem.kind == .invalid)
    #expect(problem.message.contains(named), "\(problem.message)")
    #expect(!problem.message.contains("DecodingError"), "\(problem.message)")
    #expect(console.backend.identified.isEmpty && console.backend.actions.isEmpty)
    #expect(console.backend.queries.isEmpty)
  }

  @Test(
    "E6: what is not there is answered as such, as JSON, also for a wrong method",
    arguments: [
      ("GET", "/"), ("GET", "/v1/secrets"), ("DELETE", "/v1/status"), ("GET", "/v1/identify"),
      ("GET", "/v1/../etc/passwd"),
    ])
  func unknown(_ method: String, _ target: String) async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let answer = try await console.ask(method, target)
    #expect(answer.status == 404)
    #expect(try ConsoleFixture.problem(answer.body).kind == .notFound)
  }

  @Test("E6: the backend's own refusals keep their kind")
  func refusals() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let cases: [(String, String, Int, ConsoleProblem.Kind)] = [
      ("/v1/identify", #"{"door":"cellar"}"#, 404, .notFound),
      ("/v1/panel", #"{"exit":{}}"#, 409, .refused),
      ("/v1/explain", #"{"door":"front"}"#, 503, .unavailable),
    ]
    for (target, body, status, kind) in cases {
      let answer = try await console.ask("POST", target, body: body)
      #expect(answer.status == status)
      #expect(try ConsoleFixture.problem(answer.body).kind == kind)
    }
  }

  @Test(
    "E6: a body over the limit is refused, whatever its length claims; one at the limit is read")
  func oversized() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let frame = #"{"door":""}"#
    func body(_ bytes: Int) -> String {
      #"{"door":"\#(String(repeating: "x", count: bytes - frame.utf8.count))"}"#
    }
    let limit = RequestBody.bytesMax
    #expect(try await console.ask("POST", "/v1/identify", body: body(limit)).status == 204)
    let over = try await console.ask("POST", "/v1/identify", body: body(limit + 1))
    #expect(over.status == 400)
    #expect(try ConsoleFixture.problem(over.body).message.contains("\(limit)"))
    // A length that promises more than anybody would wait for.
    let connection = try #require(ConsoleConnection(console.path))
    await connection.send(
      "POST /v1/identify HTTP/1.1\r\nHost: p\r\nConnection: close\r\n"
        + "Content-Length: 99999999999\r\n\r\n" + body(limit + 1))
    #expect(await connection.answer().status == 400)
    #expect(console.backend.identified.count == 1)
  }

  @Test("E3: a follower gets each event as a line, and is gone from the daemon when it ends")
  func stream() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    var connection: ConsoleConnection? = try #require(ConsoleConnection(console.path))
    await connection?.send("GET /v1/events/stream HTTP/1.1\r\nHost: p\r\n\r\n")
    #expect(await console.eventually { console.backend.streams == 1 })
    console.backend.tell(ConsoleFakeBackend.event(41))
    var text = ""
    while !text.contains("\"number\":41"), let bytes = await connection?.receive(), !bytes.isEmpty {
      text += String(decoding: bytes, as: UTF8.self)
    }
    #expect(text.contains("\"number\":41"))
    #expect(text.contains("application/x-ndjson"))
    connection = nil
    #expect(
      await console.eventually {
        console.backend.tell(ConsoleFakeBackend.event(42))
        return console.backend.streamsEnded == 1
      })
  }

  @Test("C5: keys are handed over, shown and withdrawn by routes of their own; a refusal says why")
  func keys() async throws {
    let console = try ConsoleFixture()
    try await console.start()
    let taken = try await console.ask(
      "POST", "/v1/keys/hand-over", body: #"{"certificate":"a.b.c","order":"key-1"}"#)
    #expect(taken.status == 200)
    #expect(taken.body == #"{"action":"issue","credential":"key-1","wasKnown":false}"#)
    let refused = try await console.ask(
      "POST", "/v1/keys/hand-over", body: #"{"certificate":"stranger","order":"x"}"#)
    #expect(refused.status == 400)
    #expect(try ConsoleFixture.problem(refused.body).message.contains("unknownRoot"))
    let shown = try await console.ask(
      "POST", "/v1/keys/present", body: #"{"door":"front","mobile":"secret"}"#)
    #expect(shown.status == 204)
    let window = #"{"door":"front","startHour":500000,"hours":24,"serial":0,"by":"desk"}"#
    let revoked = try await console.ask("POST", "/v1/keys/offline-pin/revoke", body: window)
    #expect(revoked.status == 204)
    #expect(
      console.backend.cleared == ["front shown a mobile key", "front 500000 revoked by desk"])
  }
}
