import Foundation
import Testing

@Suite("Dry runs: JSON lines in, JSON lines out", .blocking)
struct DryRunTests {
  private func run(_ arguments: [String], _ lines: [String]) throws -> [[String: Any]] {
    let folder = try TemporaryFolder()
    let input = folder.path + "/in"
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: input))
    let outcome = try BuiltProgram("postern").run(["dry-run"] + arguments, input: input)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  @Test("A1: wiegand lists every format that fits, and names the fault if none does")
  func wiegand() throws {
    // Facility 12, card 345: even parity over the first half, odd over the second.
    let answers = try run(
      ["wiegand"],
      [
        #"{"id":"a","bits":"00000110000000001010110010"}"#,
        #"{"id":"b","bits":"10000110000000001010110010"}"#,
        #"{"id":"c","bits":"0101010"}"#, #"{"id":"d","bits":"01x"}"#, #"{"bits":7,"id":5}"#,
      ])
    let first = try #require(answers[0]["candidates"] as? [[String: Any]])
    let card = try #require(first.first { $0["format"] as? String == "H10301" })
    #expect(card["facility"] as? Int == 12)
    #expect(card["card"] as? Int == 345)
    #expect(card["issue"] is NSNull)
    #expect(answers[0]["fault"] is NSNull)
    #expect(answers[1]["fault"] as? String == "parity")
    #expect(answers[2]["fault"] as? String == "unknownLength")
    #expect((answers[3]["error"] as? String)?.hasPrefix("bits: ") == true)
    #expect((answers[4]["error"] as? String)?.hasPrefix("bits: ") == true)
    #expect(answers[4]["id"] as? Int == 5)
  }

  @Test("D2: a line with a member twice is answered with its path, as a door would refuse it")
  func repeatedMember() throws {
    let answers = try run(
      ["message"],
      [
        #"{"id":1,"config":{"revision":1,"doors":[{"id":"a","id":"b"}]}}"#,
        #"{"id":2,"config":{"revision":1,"r\u0065vision":2}}"#,
        #"{"id":3,"config":{"revision":9007199254740992,"facility":{"id":"h","name":"H","timeZone":"Europe/Berlin"},"doors":[]}}"#,
      ])
    #expect(answers.map { $0["id"] as? Int } == [1, 2, 3])
    #expect(answers[0]["error"] as? String == "config.doors[0].id: is there twice")
    #expect(answers[1]["error"] as? String == "config.revision: is there twice")
    let problems = answers[2]["problems"] as? [[String: String]]
    #expect(problems?.map { $0["path"] } == ["revision"], "\(answers[2])")
  }

  @Test("G1: automations are played over a log, by time, with what they would have done")
  func automations() throws {
    let folder = try TemporaryFolder()
    let policy = folder.path + "/policy"
    try Data(
      """
      {"configuration": {"revision": 1, "facility": {"id": "h", "name": "H", "timeZone": "UTC",
        "automations": [
          {"id": "cards", "name": "Cards", "then": [{"output": "siren", "set": "on"}],
           "when": {"event": "access.denied", "count": 2, "withinSeconds": 60},
           "while": {"not": {"door": "a", "is": "open"}}, "forSeconds": 5},
          {"id": "noon", "name": "Noon", "then": [{"record": "noon"}],
           "when": {"hours": {"friday": [{"from": "12:00", "to": "12:05"}]}}},
          {"id": "press", "name": "Press", "when": {"input": "x"}, "then": [{"unlock": "a"}]}]},
       "doors": [{"id": "a", "name": "A"}]}}
      """.utf8
    ).write(to: URL(filePath: policy))
    func event(_ number: Int, _ type: String, _ seconds: Int) -> String {
      let start = 1_795_175_900  // Friday, a hundred seconds before noon.
      return """
        {"number":\(number),"type":"postern.\(type).v1","timeMilliseconds":\((start + seconds) * 1_000),\
        "simulated":true,"door":"a","detail":{},"acknowledged":true}
        """
    }
    let answers = try run(
      ["automations", "--policy", policy],
      [
        event(5, "access.denied", 410), event(4, "access.denied", 400),
        event(3, "door.opened", 390), event(2, "access.denied", 50), event(1, "access.denied", 0),
      ])
    #expect(answers.map { $0["automation"] as? String } == ["press", "cards", "noon", "cards"])
    #expect(answers[0]["skipped"] != nil)
    #expect(answers[1]["then"] as? [String] == ["output siren on"])
    #expect(answers[1]["timeMilliseconds"] as? Int == 1_795_175_950_000)
    #expect(answers[2]["because"] as? String == "its hours begin")
    #expect(answers[3]["notSo"] as? String == "it is so: door a is open")
  }

  @Test("B5: geofence gives pass or reason, and the distance")
  func geofence() throws {
    let fence = """
      "geofence":{"enabled":true,"center":{"lat":52.52,"lng":13.405},"radiusMeters":100,\
      "accuracyBufferMeters":20,"requireAccuracyBetterThan":50}
      """
    let answers = try run(
      ["geofence"],
      [
        #"{"id":1,\#(fence),"lat":52.52,"lng":13.405,"accuracyMeters":10}"#,
        #"{"id":2,\#(fence),"lat":52.53,"lng":13.405,"accuracyMeters":10}"#,
        #"{"id":3,\#(fence),"lat":52.52,"lng":13.405}"#,
        #"{"id":4,\#(fence)}"#,
        #"{"id":5,\#(fence),"lat":95,"lng":0}"#,
      ])
    #expect(answers[0]["pass"] as? Bool == true)
    #expect(answers[0]["distanceMeters"] as? Double == 0)
    #expect(answers[1]["reason"] as? String == "geofenceOutside")
    #expect(abs((answers[1]["distanceMeters"] as? Double ?? 0) - 1_111.95) < 0.1)
    #expect(answers[2]["reason"] as? String == "geofenceAccuracyTooLow")
    #expect(answers[3]["reason"] as? String == "geofenceLocationMissing")
    #expect(answers[4]["error"] != nil)
  }

  private static let policy = """
    {"configuration":{"revision":3,
      "facility":{"id":"f","name":"F","timeZone":"Europe/Berlin",
        "accessHours":{"monday":[{"from":"09:00","to":"17:00"}]},
        "memberRules":[{"name":"staff","memberTypes":["staff"]}],
        "areas":[{"id":"hall","name":"Hall","entryReaders":["front-in"],"exitReaders":["front-out"],
          "antiPassback":"off","occupancy":{"most":5,"atMost":"deny"}}]},
      "scopes":[{"id":"all","name":"All doors","priority":1,"doors":["front"],
        "geofence":{"enabled":true,"center":{"lat":52.52,"lng":13.405},"radiusMeters":100}}],
      "doors":[{"id":"front","name":"Front"},{"id":"back","name":"Back"}]},
     "persons":[{"id":"ada","accessEnabled":true,"memberType":"staff"},
       {"id":"ben","accessEnabled":true,"grants":[{"doors":["back"]}]},
       {"id":"eve","accessEnabled":false,"memberType":"staff"}],
     "credentials":[{"id":"k1","kind":"card","person":"ada"},
       {"id":"k2","kind":"card","person":"ada","usesMax":1,"use":{"count":1}}]}
    """

  @Test("B1 B2 B3 B8: access decides as the door would, with the rule, the values, the source")
  func access() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/policy.json"
    try Data(Self.policy.utf8).write(to: URL(filePath: file))
    // Monday 2026-11-23, 10:00 and 20:00 in Berlin.
    let (day, night) = (1_795_424_400, 1_795_460_400)
    let answers = try run(
      ["access", "--policy", file],
      [
        #"{"id":1,"door":"front","person":"ada","at":\#(day),"presentation":"card"}"#,
        #"{"id":2,"door":"front","person":"ada","at":\#(night),"presentation":"card"}"#,
        #"{"id":3,"door":"front","person":"ben","at":\#(day),"presentation":"card"}"#,
        #"{"id":4,"door":"front","person":"eve","at":\#(day),"presentation":"card"}"#,
        #"{"id":5,"door":"front","person":"ada","at":\#(day),"presentation":"mobile"}"#,
        #"{"id":6,"door":"front","credential":"k2","at":\#(day),"presentation":"card"}"#,
        #"{"id":7,"door":"front","person":"eve","at":\#(day),"presentation":"card","mode":"lockdown","override":{"by":"desk","reason":"fire drill"}}"#,
        #"{"id":8,"door":"front","person":"ada","at":\#(day),"presentation":"shout"}"#,
        #"{"id":9,"door":"back","person":"ben","at":\#(day),"presentation":"card"}"#,
        #"{"id":10,"door":"front","person":"zoe","at":\#(day),"presentation":"card"}"#,
        #"{"id":11,"door":"front","credential":"k1","at":\#(day),"presentation":"card","reader":"front-in"}"#,
        #"{"id":12,"door":"front","credential":"k1","at":\#(day),"presentation":"card","reader":"front-in","inside":{"hall":5}}"#,
        #"{"id":13,"door":"front","credential":"k1","at":\#(day),"presentation":"card","reader":"front-out","inside":{"hall":5}}"#,
        #"{"id":14,"door":"front","credential":"k1","at":\#(day),"presentation":"card","inside":{"attic":5}}"#,
      ])
    func word(_ index: Int) -> String {
      (answers[index]["reason"] as? String) ?? (answers[index]["via"] as? String) ?? "error"
    }
    #expect(
      answers.indices.map(word) == [
        "rules", "outsideHours", "ruleMismatch", "accessDisabled", "geofenceLocationMissing",
        "useCountExceeded", "override", "error", "grant", "unknownPerson",
        "rules", "areaFull", "rules", "error",
      ])
    let steps = try #require(answers[1]["explanation"] as? [[String: Any]])
    #expect(steps.last?["rule"] as? String == "AccessHoursRule")
    #expect(steps.last?["source"] as? String == "facility")
    #expect((steps.last?["detail"] as? String)?.contains("monday 2026-11-23 20:00") == true)
    let fence = try #require(answers[4]["explanation"] as? [[String: Any]])
    #expect(fence.last?["source"] as? String == "scope All doors (all)")
  }

  @Test("D2 C5: messages are checked before they are sent: problems, refused records and warnings")
  func messages() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/configuration.json"
    let good =
      #"{"revision":3,"facility":{"id":"f","name":"F","timeZone":"Europe/Berlin"},"doors":[{"id":"front","name":"Front"}]}"#
    try Data(good.utf8).write(to: URL(filePath: file))
    let digest = String(repeating: "A", count: 43)
    func key(_ id: String, _ more: String) -> String {
      #"{"id":"\#(id)","kind":"card","person":"p","status":"active","digest":"\#(digest)",\#(more)}"#
    }
    let answers = try run(
      ["message", "--configuration", file, "--doors", "front"],
      [
        #"{"id":1,"config":\#(good)}"#,
        #"{"id":2,"config":{"revision":4,"facility":{"id":"f","name":7,"timeZone":"Nowhere","leadMinutes":0.5},"doors":[]}}"#,
        #"{"id":3,"config":{"baseRevision":3,"revision":4,"patch":{"doors":[{"id":"back","nmae":"x","name":"Back"}]}}}"#,
        #"{"id":4,"credentials":{"revision":5,"persons":[],"removedPersons":[],"removedCredentials":[],"credentials":[\#(key("k1", #""doors":[],"scopes":[]"#)),\#(key("k2", #""doors":["cellar"],"scopes":[],"useMax":1"#))]}}"#,
        #"{"id":5}"#,
      ])
    func paths(_ index: Int, _ list: String) -> [String] {
      (answers[index][list] as? [[String: Any]] ?? []).map { $0["path"] as? String ?? "" }
    }
    #expect(answers[0]["isTaken"] as? Bool == true && paths(0, "warnings").isEmpty)
    #expect(answers[1]["isTaken"] as? Bool == false)
    #expect(paths(1, "problems").sorted() == ["facility.leadMinutes", "facility.name"])
    #expect(answers[2]["isTaken"] as? Bool == true)
    #expect(paths(2, "warnings") == ["patch.doors[0].nmae", "doors[0].id", "doors"])
    #expect(paths(3, "refused") == ["credentials[0]"])
    #expect(paths(3, "warnings") == ["credentials[1].doors", "credentials[1].useMax"])
    #expect(answers[4]["error"] != nil)
  }

  @Test("B8: a policy file with mistakes is refused, and each mistake is listed by its path")
  func badPolicy() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/policy.json"
    let broken = Self.policy.replacingOccurrences(of: "Europe/Berlin", with: "Europe/Narnia")
      .replacingOccurrences(of: "\"radiusMeters\":100", with: "\"radiusMeters\":-1")
    try Data(broken.utf8).write(to: URL(filePath: file))
    let outcome = try BuiltProgram("postern").run(["dry-run", "access", "--policy", file])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("facility.timeZone"))
    #expect(outcome.errors.contains("scopes[0].geofence.radiusMeters"))
  }

  @Test("B8: ten thousand answers come back in order, whichever thread computed them")
  func order() throws {
    let lines = (0..<10_000).map {
      #"{"id":\#($0),"timeZone":"UTC","accessHours":{"monday":[{"from":"09:00","to":"17:00"}]},"at":\#($0 * 600)}"#
    }
    let answers = try run(["hours"], lines)
    #expect(answers.compactMap { $0["id"] as? Int } == Array(0..<10_000))
    // 1970-01-05 was a Monday; its ninth hour begins after four days and nine hours.
    #expect(answers.firstIndex { $0["inside"] as? Bool == true } == (4 * 24 + 9) * 6)
    #expect(answers.filter { $0["inside"] as? Bool == true }.count == 48 * 10)
  }
}
