import Foundation
import Testing

@Suite("A name that nothing has is an error that tells the names there are (E6)", .blocking)
struct NameTests {
  /// That the command failed, and that its error has each of these words.
  private func refused(_ outcome: BuiltProgram.Outcome, _ words: String...) {
    #expect(outcome.status != 0, "\(outcome.output)")
    for word in words { #expect(outcome.errors.contains(word), "\(word): \(outcome.errors)") }
  }

  @Test("on site: doors, readers, people, reasons and types of events; a short type finds events")
  func onSite() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(
      try world.eventually {
        try world.postern("events", "--type", "access.granted").output.contains("access.granted")
      })
    let long = try world.postern("events", "--type", "postern.access.granted.v1")
    #expect(long.status == 0 && long.output.contains("ada"))

    refused(try world.postern("events", "--type", "access.grnted"), "access.granted")
    refused(try world.postern("events", "--door", "nope"), "no door nope", "front")
    refused(try world.postern("events", "--person", "nope"), "no person nope")
    refused(try world.postern("events", "--reason", "nope"), "nope", "outsideHours")
    refused(try world.postern("events", "--follow", "--door", "nope"), "no door nope")
    refused(try world.postern("credentials", "--person", "nope"), "no person nope")
    refused(try world.postern("monitor", "--reader", "nope"), "no reader nope", "front-in")
    refused(try world.postern("learn", "--reader", "nope"), "no reader nope", "front-in")
    refused(
      try world.postern("explain", "--door", "nope", "--person", "ada"), "no door nope", "front")
    // What is known and has nothing to show is no error.
    for words in [
      ["events", "--door", "front", "--reason", "outsideHours"],
      ["credentials", "--person", "ada"],
      ["events", "--type", "alarm.duress"], ["events", "--person", "ada", "--until", "2020-01-01"],
    ] {
      let outcome = try BuiltProgram("postern").run(
        words, environment: ["POSTERN_SOCKET": world.folder.path + "/postern.sock"])
      #expect(outcome.status == 0, "\(words): \(outcome.errors)")
    }
  }

  @Test("the cloud tells when a controller told the trust of its clock, also after it is gone")
  func clockTrust() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    func line() throws -> String { try world.posterncloud("controllers").output }
    #expect(try world.eventually { try line().contains(#/clock [a-z]+ at 20\d\d-\d\d-\d\dT/#) })
    world.killDaemon(SIGKILL)
    #expect(try line().contains(#/clock [a-z]+ at 20\d\d-\d\d-\d\dT/#))
  }

  @Test("at the cloud: controllers, doors and scopes; what has no configuration yet takes any door")
  func atTheCloud() throws {
    let world = try DoorWorld()
    let issue = ["credential", "issue", "--controller", "gate-1", "--person", "ada"]
    func cloud(_ words: [String]) throws -> BuiltProgram.Outcome {
      try BuiltProgram("posterncloud").run(
        words, environment: ["POSTERNCLOUD_STATE": world.folder.path + "/cloud"])
    }
    for words in [["events"], ["alarms"], ["refused"], ["certificates"], ["credential", "list"]] {
      refused(try cloud(words + ["nope"]), "no controller nope", "gate-1")
      #expect(try cloud(words + ["gate-1"]).status == 0)
    }
    refused(try cloud(["issuer", "keys", "nope"]), "no controller nope")
    #expect(try cloud(["person", "add", "ada", "--doors", "frnt"]).status == 0)
    #expect(
      try cloud(["config", "push", "gate-1", world.folder.path + "/facility.json"]).status == 0)

    refused(
      try cloud(issue + ["--pin", "4711", "--doors", "front,frnt"]), "no door frnt", "front")
    refused(try cloud(issue + ["--pin", "4711", "--scopes", "nope"]), "no scope nope")
    #expect(try cloud(issue + ["--pin", "4711", "--doors", "front"]).status == 0)
    refused(try cloud(["person", "add", "ben", "--doors", "frnt"]), "no door frnt", "front")
    refused(try cloud(["person", "exclude", "ada", "--doors", "frnt"]), "no door frnt", "front")
    refused(try cloud(["person", "exclude", "ada", "--groups", "nope"]), "no scope nope")
    refused(
      try cloud(["offline-pin", "keys", "gate-1", "--doors", "frnt", "--out", "/dev/null"]),
      "no door frnt", "front")
    let certify = [
      "issuer", "certify", "desk", "--key", String(repeating: "A", count: 43), "--longest", "3d",
      "--until", "+30d", "--out", world.folder.path + "/desk.cert",
    ]
    refused(
      try cloud(certify + ["--controllers", "gate-1", "--doors", "frnt"]), "no door frnt", "front")
    refused(
      try cloud(certify + ["--controllers", "gte-1", "--doors", "front"]), "no controller gte-1")
    let lines = world.folder.path + "/lines"
    try Data(#"{"person": "eve", "pin": "0815", "doors": ["frnt"]}"#.utf8).write(
      to: URL(filePath: lines))
    refused(
      try cloud(["import", "gate-1", lines]), "line 1", "no door frnt", "nothing was imported")
  }
}
