import ChildProcesses
import CoreModels
import Foundation
import Testing

@Suite("Clients that know only the published protocol", .serialized, .blocking)
struct ProtocolSystemTests {
  static let folder = Repository.file("deploy/protocol").path()

  @Test(
    "D4 C5: an independent client enrols a person and opens the door",
    arguments: ["cloud.py", "cloud.sh"])
  func independentClient(_ client: String) throws {
    let world = try DoorWorld()
    let program = Self.folder + "/clients/" + client
    let log = world.folder.path + "/client.log"
    let device = world.folder.path + "/device"
    // The client's keys replace those that posterncloud made.
    try FileManager.default.removeItem(atPath: device)
    let keys = try ChildProcess(program, ["keys", device], output: log, errors: log)
    #expect(keys.wait() == 0)
    try world.startBroker()
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    let arguments =
      client == "cloud.py"
      ? ["open", device, "--port", "\(world.port)"]
      : ["open", device, "gate-1", "front", "127.0.0.1", "\(world.port)"]
    let status = try ChildProcess(program, arguments, output: log, errors: log).wait()
    let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    #expect(status == 0, "\(text)")
    #expect(
      try world.doorEvents().contains {
        $0["type"] as? String == "postern.access.granted.v1" && $0["person"] as? String == "ada"
      })
  }

  @Test("D2 D3 D4 D7: every message of a door's day on the wire matches its schema")
  func wire() throws {
    let world = try DoorWorld()
    let wire = world.folder.path + "/wire"
    try world.startBroker()
    #expect(world.eventually { world.brokerAnswers })
    let listener = try ChildProcess(
      "/usr/bin/mosquitto_sub",
      ["-V", "5", "-p", "\(world.port)", "-q", "1", "-F", "%t %x", "-t", "postern/v1/#"],
      output: wire)
    defer { listener.end(SIGTERM) }
    try world.startCloud()
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    try world.posterncloud("config", "push", "gate-1", world.folder.path + "/facility.json")
    let patch = world.folder.path + "/patch.json"
    try Data(#"{"facility": {"name": "Other"}}"#.utf8).write(to: URL(filePath: patch))
    #expect(try world.eventually { try world.status()?["configRevision"] as? Int == 1 })
    try world.posterncloud("config", "patch", "gate-1", patch)
    let people = (0..<1_200).map {
      #"{"person":"p\#($0)","card":"H10301:1:\#($0)","id":"k\#($0)"}"#
    }
    let file = world.folder.path + "/people.jsonl"
    try Data(people.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    try world.posterncloud("import", "gate-1", file)
    #expect(try world.eventually { try world.status()?["credentials"] as? Int == 1_200 })
    try world.posterncloud("credential", "revoke", "k7")
    try world.postern("panel", "badge", "--facility", "1", "--card", "1")
    #expect(try world.posterncloud("unlock", "gate-1", "front", "--reason", "parcel").status == 0)
    #expect(try world.posterncloud("identify", "gate-1").status == 0)
    #expect(try world.posterncloud("sync", "gate-1").status == 0)
    // A cloud that comes back asks the door for its state, and to read its records again: it never did.
    world.stopCloud()
    let script = """
      import sqlite3,sys
      db = sqlite3.connect(sys.argv[1])
      assert db.execute("UPDATE rescan SET at = 0").rowcount == 1
      db.commit()
      """
    let python = try ChildProcess(
      "/usr/bin/python3", ["-c", script, world.folder.path + "/cloud/cloud.sqlite"])
    #expect(python.wait() == 0)
    try world.startCloud()
    #expect(try world.posterncloud("identify", "gate-1").status == 0)
    #expect(try world.cloudHasEverything())
    for topic in ["up/digest", "down/digest"] {
      #expect(
        world.eventually {
          String(decoding: FileManager.default.contents(atPath: wire) ?? Data(), as: UTF8.self)
            .contains("/\(topic) ")
        }, "\(topic)")
    }
    world.killDaemon(SIGKILL)
    listener.end(SIGTERM)
    let log = world.folder.path + "/check.log"
    let check = try ChildProcess(
      Self.folder + "/check", ["--wire", wire], output: log, errors: log)
    let status = check.wait()
    let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    #expect(status == 0, "\(text)")
    for kind in [
      "up/hello", "up/state", "up/events", "up/urgent", "up/results", "up/applied", "up/pull",
      "up/digest", "up/telemetry", "down/config", "down/credentials", "down/commands", "down/ack",
      "down/snapshot", "down/chunk", "down/digest", "up/events deflated", "down/chunk deflated",
    ] { #expect(text.contains("\"\(kind)\""), "\(kind): \(text)") }
  }
}
