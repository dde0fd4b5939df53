import Foundation
import Testing

/// A front desk of its own beside a door's world.
private struct Desk {
  let world: DoorWorld
  let name: String
  private let base: String

  /// Makes the desk's key, and has the operator certify it.
  init(_ world: DoorWorld, _ name: String) throws {
    self.world = world
    self.name = name
    base = "\(world.folder.path)/\(name)"
    let made = try world.postern("issuer", "new-key", "--out", base + ".key")
    let certified = try world.posterncloud(
      "issuer", "certify", name, "--id", name + "-1", "--key",
      made.output.trimmingCharacters(in: .whitespacesAndNewlines), "--controllers", "gate-1",
      "--doors", "front", "--longest", "3d", "--until", "+30d", "--out", base + ".cert")
    guard made.status == 0, certified.status == 0 else {
      throw CocoaError(.fileWriteUnknown, userInfo: ["why": made.errors + certified.errors])
    }
  }

  private func sign(_ action: String, _ id: String, _ more: [String]) throws -> String {
    let file = "\(base)-\(id)-\(UUID().uuidString.prefix(4)).json"
    let outcome = try BuiltProgram("postern").run(
      [
        "issuer", action, "--key", base + ".key", "--certificate", base + ".cert", "--controller",
        "gate-1", "--id", id, "--out", file,
      ] + more)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return file
  }

  /// Issues a card and hands it over.
  func issue(_ id: String, card: Int, person: String, _ more: String...) throws
    -> BuiltProgram.Outcome
  {
    try world.postern(
      "hand-over",
      sign(
        "issue", id,
        ["--person", person, "--card", "H10301:12:\(card)", "--doors", "front"]
          + (more.contains("--until") ? more : more + ["--until", "+2d"])))
  }

  func revoke(_ id: String) throws -> BuiltProgram.Outcome {
    try world.postern("hand-over", sign("revoke", id, []))
  }
}

@Suite("Keys without the cloud, with the built programs (C5, C6, D7)", .serialized)
struct HandOverSystemTests {
  private func decided(_ world: DoorWorld) throws -> [String: String] {
    let lines = try world.posterncloud("issuer", "keys", "gate-1", "--json").output
    var decided: [String: String] = [:]
    for line in lines.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let record = (object?["key"] as? [String: Any])?["record"] as? [String: Any]
      if let id = record?["id"] as? String { decided[id] = object?["outcome"] as? String }
    }
    return decided
  }

  private func answer(_ world: DoorWorld, card: Int) throws -> String? {
    let before = try world.doorEvents().count
    try world.postern("panel", "badge", "--facility", "12", "--card", "\(card)")
    var found: String?
    _ = try world.eventually {
      found = try world.doorEvents().dropFirst(before).compactMap { $0["type"] as? String }
        .first { $0.hasPrefix("postern.access.") }
      return found != nil
    }
    return found
  }

  @Test("every row of the table of conflicts is decided as written, and the door follows")
  func conflicts() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let desk = try Desk(world, "desk")
    let thief = try Desk(world, "thief")
    for person in ["pia", "off"] { try world.posterncloud("person", "add", person) }
    #expect(try world.eventually { try world.status()?["persons"] as? Int == 3 })
    world.stopBroker()
    #expect(world.eventually { !world.isConnected })

    // At the door, without the cloud.
    #expect(try desk.issue("k-new", card: 1001, person: "guest-1").status == 0)
    #expect(try desk.issue("k-revoked", card: 1002, person: "guest-2").status == 0)
    #expect(try desk.issue("k-changed", card: 1003, person: "pia").status == 0)
    #expect(try desk.issue("k-lost", card: 1004, person: "guest-4").status == 0)
    #expect(try desk.revoke("k-lost").status == 0)
    #expect(try thief.issue("k-thief", card: 1005, person: "guest-5").status == 0)
    #expect(try desk.issue("k-off", card: 1006, person: "off").status == 0)
    #expect(
      try desk.issue("k-twice", card: 1007, person: "guest-7", "--reservation", "R-7").status == 0)
    #expect(try desk.issue("k-same", card: 1008, person: "pia", "--reservation", "R-8").status == 0)
    #expect(try answer(world, card: 1001) == "postern.access.granted.v1")
    #expect(try answer(world, card: 1004) == "postern.access.denied.v1")
    let wide = try desk.issue("k-wide", card: 1009, person: "x", "--until", "+4d")
    #expect(wide.status == 1 && wide.errors.contains("tooLong"), "\(wide.errors)")

    // At the cloud, without the door.
    let file = world.folder.path + "/cloud.jsonl"
    let lines = [
      #"{"person":"pia","card":"H10301:12:1002","id":"k-revoked","doors":["front"]}"#,
      #"{"revoke":"k-revoked"}"#,
      #"{"person":"pia","card":"H10301:12:1013","id":"k-changed","doors":["front"]}"#,
      #"{"person":"ada","card":"H10301:12:1017","id":"r-7","doors":["front"],"reservationID":"R-7"}"#,
      #"{"person":"pia","card":"H10301:12:1018","id":"r-8","doors":["front"],"reservationID":"R-8"}"#,
    ]
    for line in lines {
      try Data(line.utf8).write(to: URL(filePath: file))
      let outcome = try world.posterncloud("import", "gate-1", file)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try world.posterncloud("person", "disable", "off")
    #expect(try world.posterncloud("issuer", "revoke", "thief-1", "--from=-1h").status == 0)

    try world.startBroker()
    let expected = [
      "k-new": "confirmed", "k-revoked": "revoked", "k-changed": "changed", "k-lost": "revoked",
      "k-thief": "revoked", "k-off": "revoked", "k-twice": "revoked", "k-same": "confirmed",
    ]
    let taken = try world.eventually { try decided(world).count == expected.count }
    #expect(taken)
    #expect(try decided(world) == expected)
    let reconciled = try world.eventually {
      let done = try world.doorEvents().filter {
        $0["type"] as? String == "postern.handOver.reconciled.v1"
      }.compactMap { $0["credential"] as? String }
      return Set(done) == Set(expected.keys)
    }
    #expect(reconciled)
    for (card, opens) in [
      (1001, true), (1002, false), (1003, false), (1013, true), (1004, false), (1005, false),
      (1006, false), (1007, false), (1017, true), (1008, true), (1018, true),
    ] {
      #expect(
        try answer(world, card: card) == "postern.access.\(opens ? "granted" : "denied").v1",
        "card \(card)")
    }
    // Told in order, once each, and nothing is reported again.
    let keys = try world.doorEvents().filter {
      ($0["detail"] as? [String: String])?["origin"] == "handOver"
    }.compactMap { ($0["type"] as? String)?.split(separator: ".")[2] }
    #expect(
      keys == Array(repeating: "issued", count: 4) + ["revoked"]
        + Array(repeating: "issued", count: 4))
    #expect(try world.cloudHasEverything())
  }

  @Test("keys in force survive kill -9, and an enrolled controller knows offline PINs at once")
  func crash() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let desk = try Desk(world, "desk")
    world.stopBroker()
    #expect(try desk.issue("k-1", card: 2001, person: "guest").status == 0)
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    #expect(try answer(world, card: 2001) == "postern.access.granted.v1")
    let keys = world.folder.path + "/desk-pins.keys"
    #expect(
      try world.posterncloud(
        "offline-pin", "keys", "gate-1", "--doors", "front", "--out", keys
      ).status == 0)
    let issued = try world.postern(
      "offline-pin", "issue", "--keys", keys, "--door", "front", "--hours", "8")
    let pin = issued.output.prefix { $0 != " " }
    #expect(pin.count == 9)
    #expect(
      world.eventually {
        ((try? world.postern("panel", "keys", String(pin))) != nil)
          && ((try? world.doorEvents()) ?? []).contains {
            ($0["credential"] as? String)?.hasPrefix("opin.") == true
              && $0["type"] as? String == "postern.access.granted.v1"
          }
      })
  }
}
