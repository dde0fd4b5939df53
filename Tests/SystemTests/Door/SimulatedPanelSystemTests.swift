import Foundation
import Testing

@Suite("The simulated panel, from the command line to the event", .blocking)
struct SimulatedPanelSystemTests {
  @Test("A1 A2: the panel names a value that is out of range, and plays nothing")
  func refusals() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    let bits = String(repeating: "0", count: 26)
    let cases: [(arguments: [String], named: String)] = [
      (["badge", "--card", "345", "--width-us", "19"], "widthMicroseconds"),
      (["badge", "--card", "345", "--width-us", "1001"], "widthMicroseconds"),
      (["badge", "--card", "345", "--spacing-us", "199"], "spacingMicroseconds"),
      (["badge", "--card", "345", "--spacing-us", "20001"], "spacingMicroseconds"),
      (["badge", "--card", "345", "--width-us", "300", "--spacing-us", "300"], "spacing"),
      (["keys", "1", "--between-keys-ms", "49"], "betweenKeysMilliseconds"),
      (["keys", "1", "--between-keys-ms", "10001"], "betweenKeysMilliseconds"),
      (["badge", "--facility", "12", "--card", "65536"], "65535"),
      (["badge", "--facility", "256", "--card", "1"], "255"),
      (["badge", "--format", "X99", "--card", "1"], "X99"),
      (["badge", "--card", "345", "--facility", "1", "--reader", "cellar"], "cellar"),
      (["bits", ""], "bits"), (["bits", "012"], "bits"), (["bits", bits + "x"], "bits"),
      (["bits", String(repeating: "1", count: 2_000)], "bits"),
      (["keys", ""], "keys"), (["keys", "12a"], "\"a\""), (["keys", "١"], "keys"),
      (["keys", String(repeating: "1", count: 65)], "64"),
      (["contact", "open", "--door", "cellar"], "cellar"),
      (["exit", "--door", "cellar"], "cellar"),
    ]
    for (arguments, named) in cases {
      let outcome = try BuiltProgram("postern").run(
        ["panel"] + arguments, environment: ["POSTERN_SOCKET": world.folder.path + "/postern.sock"])
      #expect(outcome.status == 1, "\(arguments)")
      #expect(outcome.errors.contains(named), "\(arguments): \(outcome.errors)")
    }
    let readers = try #require(try world.status()?["readers"] as? [[String: Any]])
    #expect(readers.first?["frames"] as? Int == 0)
    #expect(readers.first?["malformed"] as? Int == 0)
  }

  @Test("A1 D6: the slowest and the fastest reader are read; each event is marked as simulated")
  func extremes() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    for (width, spacing) in [("20", "200"), ("1000", "20000"), ("100", "2000")] {
      try world.postern(
        "panel", "badge", "--facility", "12", "--card", "345", "--width-us", width,
        "--spacing-us", spacing)
    }
    try world.postern("panel", "bits", "0000011000000001010110011")
    try world.postern("panel", "exit")
    let isWhole = try world.eventually {
      let types = try world.doorEvents().compactMap { $0["type"] as? String }
      return types.filter { $0 == "postern.access.denied.v1" }.count == 3
        && types.filter { $0 == "postern.reader.malformed.v1" }.count == 1
        && types.contains("postern.door.exitRequested.v1")
    }
    #expect(isWhole)
    #expect(try world.doorEvents().allSatisfy { $0["simulated"] as? Bool == true })
  }
}
