import ChildProcesses
import Foundation
import Testing

@Suite("Secrets stay secret (C6, D13)", .serialized, .blocking)
struct SecretMarkerTests {
  private static let pin = "9081726354"
  private static let wrongPIN = "8170263549"
  private static let issuedPIN = "7362514098"
  private static let phone = "marker-telephone-5f1c9ad7"
  /// Of 37 bits, so that no other number has these digits by chance.
  private static let card = "31415926535"
  private static let strangeCard = "27182818284"

  @Test("the search finds a secret in clear, hexadecimal and base64, at any place")
  func search() {
    let marker = Marker("pin", text: Self.pin)
    let hex = Self.pin.utf8.map { String($0, radix: 16) }.joined()
    for text in [Self.pin, hex, hex.uppercased()] { #expect(marker.isIn(Data("x\(text)y".utf8))) }
    for lead in ["", "a", "ab", "abc", "abcd"] {
      let encoded = Data("\(lead)\(Self.pin)zz".utf8).base64EncodedString()
      #expect(marker.isIn(Data(encoded.utf8)), "\(lead)")
    }
    #expect(!marker.isIn(Data("9081726353 and other digits".utf8)))
  }

  @Test("no log, database, event, status or message contains a card, a PIN, a mobile key or a key")
  func everywhere() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let folder = world.folder.path
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--pin", Self.pin,
      "--doors", "front")
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--card",
      "H10302:-:\(Self.card)", "--doors", "front")
    #expect(try world.eventually { try world.status()?["credentials"] as? Int == 3 })

    // Issued on site. The desk's own files are left out of the search.
    let desk = folder + "/desk"
    try FileManager.default.createDirectory(atPath: desk, withIntermediateDirectories: false)
    let made = try world.postern("issuer", "new-key", "--out", desk + "/key")
    try world.posterncloud(
      "issuer", "certify", "desk", "--key",
      made.output.trimmingCharacters(in: .whitespacesAndNewlines), "--controllers", "gate-1",
      "--doors", "front", "--longest", "3d", "--until", "+30d", "--out", desk + "/cert")
    for (id, kind, value) in [("p", "--pin", Self.issuedPIN), ("m", "--mobile", Self.phone)] {
      try world.postern(
        "issuer", "issue", "--key", desk + "/key", "--certificate", desk + "/cert", "--controller",
        "gate-1", "--id", id, "--person", "guest", kind, value, "--doors", "front", "--until",
        "+2d", "--out", "\(desk)/\(id).json")
      let handed = try world.postern("hand-over", "\(desk)/\(id).json")
      #expect(handed.status == 0, "\(handed)")
    }
    let issued = try world.postern(
      "offline-pin", "issue", "--keys", folder + "/device/offline-pin.keys", "--controller",
      "gate-1", "--door", "front", "--hours", "336")
    let offlinePIN = String(issued.output.prefix { $0 != "#" })
    #expect(offlinePIN.count == 10)

    try show(world, offlinePIN: offlinePIN, phoneFile: desk + "/phone")
    try world.posterncloud("logs", "gate-1")
    #expect(try world.cloudHasEverything())
    var seen = [
      "status": try world.postern("status", "--json").output,
      "events": try world.postern("events", "--json", "--limit", "500").output,
      "explanation": try world.postern("explain", "--door", "front", "--person", "ada").output,
      "cloud's events": try world.posterncloud("events", "--json", "--limit", "1000").output,
      "telemetry": try world.posterncloud("controllers", "--json").output,
      "diagnosis": try world.postern("diagnose", "--json").output,
      "diagnosis at the cloud": try world.posterncloud("diagnose", "gate-1").output,
      "credentials": try world.postern("credentials", "--json").output,
      "settings": try world.postern("config", "show", folder + "/postern.yaml").output,
    ].mapValues { Data($0.utf8) }
    try bundle(of: world)
    let limits = try String(
      contentsOfFile: "/proc/\(world.daemon?.identifier ?? 0)/limits", encoding: .utf8)
    #expect(limits.contains(/Max core file size +0 +0/), "a core file would have every key in it")
    world.killDaemon(SIGTERM)
    world.stopCloud()
    world.stopBroker()

    seen.merge(
      Marker.files(of: folder) { path in ["device", "desk"].contains(where: path.hasPrefix) }
    ) { $1 }
    for place in ["state/events.sqlite", "door.log", "bundle/postern-support/events.jsonl"] {
      #expect(seen.keys.contains(place), "\(place)")
    }
    let values = [
      Marker("card", text: Self.card), Marker("unknown card", text: Self.strangeCard),
      Marker("PIN", text: Self.pin), Marker("wrong PIN", text: Self.wrongPIN),
      Marker("handed over PIN", text: Self.issuedPIN), Marker("offline PIN", text: offlinePIN),
      Marker("mobile key", text: Self.phone),
    ]
    let keys = try Marker.keys(
      ofDevice: folder + "/device", ["credential.key", "offline-pin.keys"])
    Marker.expectNone(of: values, keys, in: seen)
  }

  /// The support bundle, unpacked into the world's folder, which is searched.
  private func bundle(of world: DoorWorld) throws {
    let folder = world.folder.path
    #expect(try world.postern("support-bundle", "--output", folder + "/bundle.tar.gz").status == 0)
    try FileManager.default.createDirectory(
      atPath: folder + "/bundle", withIntermediateDirectories: false)
    let tar = try ChildProcess(
      "/usr/bin/tar", ["-xzf", folder + "/bundle.tar.gz", "-C", folder + "/bundle"])
    #expect(tar.wait() == 0)
  }

  /// Presents everything at the door, valid and invalid.
  private func show(_ world: DoorWorld, offlinePIN: String, phoneFile: String) throws {
    func granted() throws -> Int {
      try world.doorEvents().count { $0["type"] as? String == "postern.access.granted.v1" }
    }
    func expect(_ what: String, _ body: () throws -> Void) throws {
      let before = try granted()
      try body()
      #expect(try world.eventually { try granted() > before }, "\(what)")
    }
    for (name, pin) in [
      ("PIN", Self.pin), ("handed over PIN", Self.issuedPIN), ("offline PIN", offlinePIN),
    ] {
      try expect(name) { try world.postern("panel", "keys", pin + "#", "--between-keys-ms", "60") }
    }
    try expect("card") {
      try world.postern("panel", "badge", "--format", "H10302", "--card", Self.card)
    }
    try Data((Self.phone + "\n").utf8).write(to: URL(filePath: phoneFile))
    try expect("mobile key") {
      try world.postern("present", "--door", "front", "--mobile", phoneFile)
    }
    try world.postern("panel", "badge", "--format", "H10302", "--card", Self.strangeCard)
    try world.postern("panel", "keys", Self.wrongPIN + "#", "--between-keys-ms", "60")
    #expect(
      try world.eventually {
        try world.doorEvents().count { $0["reason"] as? String == "unknownCredential" } == 2
      })
  }
}
