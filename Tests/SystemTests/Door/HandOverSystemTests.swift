import Foundation
import Testing

@Suite("Keys without the cloud, with the built programs (C5, C6, D7)", .serialized, .blocking)
struct HandOverSystemTests {
  @Test("the cloud decides every row of the table of conflicts as written, and the door follows")
  func conflicts() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let desk = try HandOverDesk(world, "desk")
    let thief = try HandOverDesk(world, "thief")
    for person in ["pia", "off"] {
      try world.posterncloud("person", "add", person, "--doors", "front")
    }
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
    #expect(try desk.issue("k-both", card: 1014, person: "guest-14").status == 0)
    #expect(try desk.revoke("k-both").status == 0)
    #expect(try desk.issue("k-far", card: 1015, person: "guest-15").status == 0)
    #expect(try world.answer(card: 1001) == "postern.access.granted.v1")
    #expect(try world.answer(card: 1004) == "postern.access.denied.v1")
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
      #"{"person":"pia","card":"H10301:12:1019","id":"k-both","doors":["front"]}"#,
    ]
    let far = #"{"person":"pia","card":"H10301:12:1020","id":"k-far","doors":["back"]}"#
    #expect(
      try world.posterncloud("enrol", "gate-2", "--out", world.folder.path + "/far").status == 0)
    for (controller, line) in lines.map({ ("gate-1", $0) }) + [("gate-2", far)] {
      try Data(line.utf8).write(to: URL(filePath: file))
      let outcome = try world.posterncloud("import", controller, file)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try world.posterncloud("person", "disable", "off")
    #expect(try world.posterncloud("issuer", "revoke", "thief-1", "--from=-1h").status == 0)

    try world.startBroker()
    let expected = [
      "k-new": "confirmed", "k-revoked": "revoked", "k-changed": "changed", "k-lost": "revoked",
      "k-thief": "revoked", "k-off": "revoked", "k-twice": "revoked", "k-same": "confirmed",
      "k-both": "revoked",
    ]
    let taken = try world.eventually { try world.decided().count == expected.count }
    #expect(taken)
    #expect(try world.decided() == expected)
    #expect(try world.eventually { try world.reconciled() == Set(expected.keys) })
    // A key that belongs to another controller stays unchanged here and is reported again.
    let refusal = "key k-far is refused: it belongs to another controller"
    #expect(world.cloudLog.contains(refusal))
    let before = world.cloudLog.components(separatedBy: refusal).count
    world.stopBroker()
    #expect(world.eventually { !world.isConnected })
    try world.startBroker()
    #expect(world.eventually { world.cloudLog.components(separatedBy: refusal).count > before })
    #expect(try world.reconciled() == Set(expected.keys))
    for (card, opens) in [
      (1001, true), (1002, false), (1003, false), (1013, true), (1004, false), (1005, false),
      (1006, false), (1007, false), (1017, true), (1008, true), (1018, true),
      (1014, false), (1019, false), (1015, true),
    ] {
      #expect(
        try world.answer(card: card) == "postern.access.\(opens ? "granted" : "denied").v1",
        "card \(card)")
    }
    // The events come in order, once each, and nothing is reported again.
    let keys = try world.doorEvents().filter {
      ($0["detail"] as? [String: String])?["origin"] == "handOver"
    }.compactMap { ($0["type"] as? String)?.split(separator: ".")[2] }
    #expect(
      keys == Array(repeating: "issued", count: 4) + ["revoked"]
        + Array(repeating: "issued", count: 5) + ["revoked", "issued"])
    #expect(try world.cloudHasEverything())
  }

  @Test("keys in force survive kill -9, and a controller serves offline PINs right after enrolment")
  func crash() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let desk = try HandOverDesk(world, "desk")
    world.stopBroker()
    #expect(try desk.issue("k-1", card: 2001, person: "guest").status == 0)
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    #expect(try world.answer(card: 2001) == "postern.access.granted.v1")
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
