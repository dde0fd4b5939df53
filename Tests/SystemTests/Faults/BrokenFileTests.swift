import Foundation
import Testing

/// Files that people saved in their own way, or spoiled: the doors are served.
@Suite("Files that people write, by the built programs (B3)", .blocking)
struct BrokenFileTests {
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// 32 bytes that are a point of small order: anybody can sign for it.
  private static let nobodysKey = "AQ" + String(repeating: "A", count: 41)

  private func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  /// A mark, CR LF and blank lines at the end.
  private func spoil(_ path: String) throws {
    let text = try #require(FileManager.default.contents(atPath: path))
    try write(
      Self.mark + text.flatMap { $0 == 10 ? [13, 10] : [$0] } + Array("\r\n\r\n".utf8), path)
  }

  private func set(_ world: DoorWorld, _ text: String, _ with: String) throws {
    let path = world.folder.path + "/postern.yaml"
    let settings = try String(contentsOfFile: path, encoding: .utf8)
    try Data(settings.replacingOccurrences(of: text, with: with).utf8)
      .write(to: URL(filePath: path))
  }

  @Test("every file with a mark, CR LF and blank lines: cloud, card and import work")
  func asMeant() throws {
    let world = try DoorWorld()
    let device = world.folder.path + "/device"
    try set(
      world, "publicKeyFile:", "username: u, passwordFile: \(device)/password, publicKeyFile:")
    try write(Array("secret".utf8), "\(device)/password")
    for name in [
      "device/cloud.pub", "device/credential.key", "device/offline-pin.keys",
      "device/issuer-roots.pub", "device/password", "postern.yaml", "facility.json",
    ] where FileManager.default.fileExists(atPath: "\(world.folder.path)/\(name)") {
      try spoil("\(world.folder.path)/\(name)")
    }
    #expect(try world.open())
    let troubles = try #require(try world.status()?["troubles"] as? [String])
    // A busy machine may have troubles that no file causes.
    #expect(troubles.filter { $0.contains("File: ") }.isEmpty, "\(troubles)")
    let people = world.folder.path + "/people"
    try write(
      Array(#"{"person": "ben", "card": "H10301:12:777", "doors": ["front"]}"#.utf8), people)
    try spoil(people)
    let imported = try world.posterncloud("import", "gate-1", people)
    #expect(imported.status == 0 && imported.output.hasPrefix("1 lines"), "\(imported)")
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
  }

  @Test("a file that the door can do without: exit works, and status and diagnose name the file")
  func served() throws {
    let world = try DoorWorld()
    let device = world.folder.path + "/device"
    let missing = "\(device)/missing"
    try set(world, "publicKeyFile:", "username: u, passwordFile: \(missing), publicKeyFile:")
    for name in ["cloud.pub", "credential.key", "offline-pin.keys", "issuer-roots.pub"]
    where !FileManager.default.fileExists(atPath: "\(device)/\(name)") {
      try write(Array("x\n".utf8), "\(device)/\(name)")
    }
    let spoiled: [(file: String, setting: String, bytes: [UInt8]?)] = [
      ("cloud.pub", "cloud.publicKeyFile", nil), ("cloud.pub", "cloud.publicKeyFile", []),
      ("cloud.pub", "cloud.publicKeyFile", Array("nonsense\n".utf8)),
      ("cloud.pub", "cloud.publicKeyFile", [0xFF, 0xFE, 65, 0]),
      ("cloud.pub", "cloud.publicKeyFile", Array("cloud-1 \(Self.nobodysKey)\n".utf8)),
      (
        "issuer-roots.pub", "credentials.issuerRootsFile",
        Array("root-1 \(Self.nobodysKey)\n".utf8)
      ),
      ("offline-pin.keys", "credentials.offlinePINKeyFile", Array("* a b\rc".utf8)),
      ("credential.key", "credentials.keyFile", Array("0f".utf8)),
      ("issuer-roots.pub", "credentials.issuerRootsFile", []),
    ]
    for (file, setting, bytes) in spoiled {
      let path = "\(device)/\(file)"
      let before = try #require(FileManager.default.contents(atPath: path))
      if let bytes {
        try write(bytes, path)
      } else {
        try FileManager.default.removeItem(atPath: path)
      }
      try world.startDaemon()
      #expect(try world.eventually { try world.status() != nil }, "\(world.daemonLog)")
      let troubles = try world.status()?["troubles"] as? [String] ?? []
      #expect(troubles.contains { $0.hasPrefix("\(setting): ") }, "\(file): \(troubles)")
      #expect(world.daemonLog.contains("feature disabled: \(setting): "))
      try world.postern("panel", "exit")
      #expect(world.eventually { world.relayIsOn }, "\(file)")
      let diagnosis = try world.postern("diagnose").output
      #expect(diagnosis.contains(setting) && diagnosis.contains("restart posternd"), "\(diagnosis)")
      #expect(diagnosis.contains("cloud.passwordFile: "), "\(diagnosis)")
      world.killDaemon(SIGTERM)
      try write(Array(before), path)
    }
  }

  @Test("D4: two keys under one name, or too many, are told with their lines, and the later count")
  func tooManyKeys() throws {
    let world = try DoorWorld()
    let path = world.folder.path + "/device/cloud.pub"
    let good = String(
      decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self
    )
    .trimmingCharacters(in: .whitespacesAndNewlines)
    let words = good.split(separator: " ").map(String.init)
    let (id, key) = (words[0], words[1])
    // Points of the curve: small multiples of its base, as RFC 8032 has two of them.
    let other = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    let eight = (1...8).map { "more-\($0) \(other)\n" }.joined()
    let cases: [(text: String, told: String, connects: Bool)] = [
      ("# old\n\(id) \(other)\n\(good)\n", "line 3 has the key \(id) of line 2 again", true),
      ("\(good)\n\(id) \(other)\n", "line 2 has the key \(id) of line 1 again", false),
      ("\(eight)\(good)\n", "the key more-1 of line 1 does not count", true),
      ("\(good)\n\(eight)", "the key \(id) of line 1 does not count", false),
      ("\(good)\n\(id) \(key)\n", "", true),
    ]
    try world.startBroker()
    try world.startCloud()
    for (text, told, connects) in cases {
      try write(Array(text.utf8), path)
      try world.startDaemon()
      #expect(try world.eventually { try world.status() != nil }, "\(world.daemonLog)")
      let troubles = (try world.status()?["troubles"] as? [String] ?? [])
        .filter { $0.contains("cloud.publicKeyFile") }
      #expect(troubles.count == (told.isEmpty ? 0 : 1), "\(troubles)")
      #expect(troubles.allSatisfy { $0.contains(path) && $0.contains(told) }, "\(troubles)")
      #expect(told.isEmpty || world.daemonLog.contains(told), "\(text)")
      if !told.isEmpty {
        let diagnosis = try world.postern("diagnose").output
        #expect(diagnosis.contains(told), "\(diagnosis)")
      }
      try world.postern("panel", "exit")
      #expect(world.eventually { world.relayIsOn }, "\(text)")
      if connects { #expect(world.eventually { world.isConnected }, "\(text)") }
      world.killDaemon(SIGTERM)
    }
  }

  @Test("a password file that comes right is used without a restart")
  func password() throws {
    let world = try DoorWorld()
    let password = world.folder.path + "/password"
    try set(world, "publicKeyFile:", "username: u, passwordFile: \(password), publicKeyFile:")
    try world.startBroker()
    try world.startCloud()
    try world.startDaemon()
    #expect(
      try world.eventually {
        let cloud = try world.status()?["cloud"] as? [String: Any]
        return (cloud?["detail"] as? String)?.contains("read \(password)") == true
      })
    try write(Self.mark + Array("secret\r\n".utf8), password)
    #expect(world.eventually { world.isConnected })
  }

  @Test("an operator's name with control characters is refused, whoever sends it")
  func operatorName() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(try world.eventually { try world.status() != nil })
    func post(_ by: String) throws -> String {
      try UnixCall.post(
        #"{"by":"\#(by)"}"#, to: "/v1/antipassback/forgive",
        socket: world.folder.path + "/postern.sock")
    }
    #expect(try post(#"\u001b[31mred"#) == "400")
    #expect(try post(#"desk\n#99  FAKE EVENT"#) == "400")
    #expect(try post("désk") == "204")
  }

  @Test("C5 D4: the operator certifies no key of a desk that anybody can sign for")
  func nobodysDesk() throws {
    let world = try DoorWorld()
    let out = world.folder.path + "/desk.cert"
    let outcome = try world.posterncloud(
      "issuer", "certify", "desk", "--key", Self.nobodysKey, "--controllers", "gate-1", "--doors",
      "front", "--longest", "14d", "--until", "+365d", "--out", out)
    #expect(outcome.status != 0 && outcome.errors.contains("of small order"), "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test("D2: a configuration file with a member twice is not pushed, and the member is named")
  func repeatedMember() throws {
    let world = try DoorWorld()
    let path = world.folder.path + "/facility.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let twice = try #require(text.range(of: "{")).upperBound
    try write(Array((text[..<twice] + #""d\u006fors":[],"# + text[twice...]).utf8), path)
    for order in ["push", "patch"] {
      let outcome = try world.posterncloud("config", order, "gate-1", path)
      #expect(
        outcome.status != 0 && outcome.errors.contains("doors: is there twice"), "\(outcome)")
    }
  }

  @Test("an import that a spreadsheet damaged is refused with its line, and nothing is imported")
  func spreadsheet() throws {
    let world = try DoorWorld()
    let file = world.folder.path + "/people"
    let good = #"{"person": "ada", "card": "H10301:12:345"}"#
    for (line, cause) in [
      (#"{"person": "ben", "card": "H10301:12:1.23457E+11"}"#, "as a spreadsheet shows it"),
      (#"{"person": "ben", "card": "H10301:12:345.0"}"#, "as a spreadsheet shows it"),
      (#"{"person": "ben", "pin": "1.2E+05"}"#, "as a spreadsheet shows it"),
      (#"{"person": "ben", "pin": "123"}"#, "zeros in front"),
      ("\(good)\r\(good)", "line 3: it has a carriage return without a line feed"),
    ] {
      try write(Array("\(good)\r\n\r\n\(line)".utf8), file)
      let outcome = try world.posterncloud("import", "gate-1", file)
      #expect(
        outcome.status != 0 && outcome.errors.contains(cause) && outcome.errors.contains("line 3"),
        "\(outcome)")
    }
  }

  @Test("B11: a damaged line of an import is told with its column, where the wrong value begins")
  func columns() throws {
    let world = try DoorWorld()
    let file = world.folder.path + "/people"
    for (line, place, cause) in [
      (#"{"person": "ben", "card": "H10301:12:1.2E+11"}"#, "column 27", "spreadsheet"),
      (#"{"person": "ben", "pin": 4711}"#, "column 26", "is not a string"),
      (#"{"person": "b\u0007n", "pin": "4711"}"#, "column 12", "identifier"),
      (#"  ben;H10301:12:345"#, "column 3", "a line of a table"),
      (#""{""person"": ""ben""}""#, "column 1", "is no JSON object"),
      (#"{"person": "ben"};"#, "column 18", "did a spreadsheet add it?"),
      (#"{"person": "ben""#, "column 16", "has no end"),
    ] {
      try write(Array("{\"person\": \"ada\"}\n\(line)\n".utf8), file)
      let outcome = try world.posterncloud("import", "gate-1", file)
      #expect(
        outcome.status != 0 && outcome.errors.contains("line 2, \(place):")
          && outcome.errors.contains(cause), "\(outcome)")
    }
  }

  @Test("dry runs take a mark, CR LF and blank lines, and a policy that was saved so")
  func dryRun() throws {
    let folder = try TemporaryFolder()
    let line = #"{"id":"a","bits":"00000110000000001010110010"}"#
    try write(Self.mark + Array("\(line)\r\n\(line)\r\n\r\n\n".utf8), folder.path + "/in")
    let outcome = try BuiltProgram("postern").run(
      ["dry-run", "wiegand"], input: folder.path + "/in")
    #expect(outcome.output.split(separator: "\n").count == 2, "\(outcome.output)")
    #expect(!outcome.output.contains("error"), "\(outcome.output)")
    try write(Array("\(line)\r\(line)\n".utf8), folder.path + "/in")
    let refused = try BuiltProgram("postern").run(
      ["dry-run", "wiegand"], input: folder.path + "/in")
    #expect(refused.output.contains("carriage return"), "\(refused.output)")
  }
}
