import ChildProcesses
import Foundation
import Testing

@Suite("G9: the grade of a door, with the built programs", .serialized, .blocking)
struct GradeSystemTests {
  private func reports(_ world: DoorWorld, _ arguments: String...) throws -> [[String: Any]] {
    let outcome = try BuiltProgram("postern").run(
      ["grade", "--json"] + arguments,
      environment: ["POSTERN_SOCKET": world.folder.path + "/postern.sock"])
    return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
      ?? []
  }

  private func outcome(of row: String, _ world: DoorWorld) throws -> String? {
    let rows = try reports(world).first?["rows"] as? [[String: Any]] ?? []
    return rows.first { $0["id"] as? String == row }?["outcome"] as? String
  }

  @Test("it follows settings and configuration, names what to set, and prints a page")
  func grade() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    // Nobody has configured it.
    #expect(try reports(world).first?["highest"] as? Int == 0)
    #expect(try outcome(of: "validity", world) == "notMet")
    #expect(try world.open())
    #expect(try outcome(of: "validity", world) == "met")
    #expect(try outcome(of: "twoFactors", world) == "notMet")
    #expect(try outcome(of: "publicNetwork", world) == "notMet")
    #expect(try outcome(of: "readerEncrypted", world) == "notMet")
    #expect(try outcome(of: "standby", world) == "cannot be told by software")
    try Data(
      """
      {"facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin"},
       "doors": [{"id": "front", "name": "Front door", "presentation": "cardThenPIN"}]}
      """.utf8
    ).write(to: URL(filePath: "\(world.folder.path)/facility.json"))
    let push = try world.posterncloud(
      "config", "push", "gate-1", world.folder.path + "/facility.json")
    #expect(push.status == 0, "\(push.errors)")
    #expect(try world.eventually { try outcome(of: "twoFactors", world) == "met" })

    let text = try world.postern("grade", "front", "--wanted", "4")
    #expect(text.status == 1)
    #expect(text.output.contains("wanted is 4") && text.output.contains("set `cloud.tls`"))
    #expect(text.output.contains("no certificate"))
    let page = try world.postern("grade", "--html")
    #expect(page.output.hasPrefix("<!DOCTYPE html>") && page.output.contains("<h1>door front"))
    #expect(try world.postern("grade", "cellar").errors.contains("there is no door cellar"))
    #expect(try world.postern("grade", "--wanted", "5").errors.contains("1 to 4"))
  }

  /// One exchange with the page, as text.
  private func post(
    _ path: String, _ port: Int, _ world: DoorWorld, headers: [String] = [], body: String = ""
  ) throws -> String {
    let lines =
      [
        "POST \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close",
        "Content-Length: \(body.utf8.count)",
      ] + headers
    let request = world.folder.path + "/request"
    let answer = world.folder.path + "/answer-\(UUID().uuidString)"
    try Data((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
      .write(to: URL(filePath: request))
    try ChildProcess(
      "/bin/bash",
      ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); cat '\(request)' >&3; cat <&3"],
      output: answer
    ).wait()
    return String(
      decoding: FileManager.default.contents(atPath: answer) ?? Data(), as: UTF8.self)
  }

  @Test("who signs in at the page and leaves it is recorded, once each, and reaches the cloud")
  func sessions() throws {
    let world = try DoorWorld()
    let port = try LoopbackPort.free()
    world.daemonEnvironment["POSTERN_CONSOLE_WEB_PORT"] = String(port)
    #expect(try world.open())
    func sessions() throws -> [String] {
      try world.doorEvents().compactMap { event in
        let type = event["type"] as? String ?? ""
        guard type.contains("admin.session") else { return nil }
        return type + " \(event["reason"] as? String ?? "")"
      }
    }
    let login = try world.postern("console", "login", "--json").output
    let offer = try JSONSerialization.jsonObject(with: Data(login.utf8)) as? [String: Any]
    let code = try #require(offer?["code"] as? String)
    let answer = try post("/v1/session", port, world, body: #"{"code":"\#(code)"}"#)
    let cookie = try #require(answer.firstMatch(of: #/postern-session=([0-9a-f]+)/#))
    let word = try #require(answer.firstMatch(of: #/"csrf":"([0-9a-f]+)"/#))
    #expect(
      try world.eventually { try sessions() == ["postern.admin.sessionBegan.v1 "] })
    let headers = [
      "Cookie: postern-session=\(cookie.output.1)", "X-Postern-CSRF: \(word.output.1)",
    ]
    for _ in 0..<2 { _ = try post("/v1/session/end", port, world, headers: headers) }
    #expect(
      try world.eventually {
        try sessions() == [
          "postern.admin.sessionBegan.v1 ", "postern.admin.sessionEnded.v1 signedOut",
        ]
      })
    #expect(try world.everyEventIsAtTheCloudOnce())
  }
}
