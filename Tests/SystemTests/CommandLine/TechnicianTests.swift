import ChildProcesses
import Foundation
import Testing

@Suite("A technician on site (E1, E2, E3, E5, E6)", .blocking)
struct TechnicianTests {
  /// Runs `postern` in the background until it ends by itself.
  private func watch(
    _ world: DoorWorld, _ arguments: [String], file: String
  ) throws -> ChildProcess {
    try BuiltProgram("postern").start(
      arguments + ["--socket", world.folder.path + "/postern.sock"],
      log: world.folder.path + "/" + file)
  }

  @Test("E3 D13: without an order that is recorded the monitor shows no card number, bit or key")
  func hidden() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let monitor = try watch(world, ["monitor", "--edges", "--json"], file: "monitor.txt")
    defer { monitor.end(SIGKILL) }
    #expect(
      try world.eventually {
        try world.postern("panel", "badge", "--facility", "12", "--card", "345")
        return try world.text("monitor.txt").contains("\"line\":\"relay\"")
      })
    // A damaged frame is nearly a card.
    try world.postern("panel", "bits", "0000011000000000101011001")
    try world.postern("panel", "keys", "7")
    #expect(try world.eventually { try world.text("monitor.txt").contains("\"key\":\"•\"") })
    let text = try world.text("monitor.txt")
    #expect(text.contains("\"formats\":[\"H10301\""), "\(text)")
    for secret in ["\"card\"", "facility", "bitText", "pulses", "candidates", "data0", "data1"] {
      #expect(!text.contains(secret), "\(secret) in \(text)")
    }
    // Who orders it is in the log, before anything is shown.
    #expect(
      try UnixCall.post(
        #"{"by":"tess"}"#, to: "/v1/live/disclose", socket: world.folder.path + "/postern.sock")
        == "200")
    let shown = try world.doorEvents().filter {
      $0["type"] as? String == "postern.admin.numbersShown.v1"
    }
    #expect(shown.count == 1)
    let detail = shown.first?["detail"] as? [String: String]
    #expect(detail?["by"] == "tess" && detail?["seconds"] == "300")
  }

  @Test("E3 D13: what an order shows ends by itself")
  func ends() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let socket = world.folder.path + "/postern.sock"
    for (seconds, status) in [("0", "400"), ("901", "400"), ("1", "200")] {
      let body = "{\"by\":\"tess\",\"seconds\":\(seconds)}"
      #expect(try UnixCall.post(body, to: "/v1/live/disclose", socket: socket) == status)
    }
    let monitor = try watch(world, ["monitor", "--json"], file: "monitor.txt")
    defer { monitor.end(SIGKILL) }
    // Each card leaves a line; after its second the numbers are gone from the newest one.
    #expect(
      try world.eventually {
        try world.postern("panel", "badge", "--facility", "12", "--card", "345")
        let frames = try world.text("monitor.txt").split(separator: "\n")
          .filter { $0.contains("\"kind\":\"frame\"") }
        return frames.last.map { !$0.contains("candidates") } == true
      })
  }

  @Test("B8 D13: questions about cards are recorded with who asks, and soon limited")
  func cardQuestions() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    var refusal: BuiltProgram.Outcome?
    var answered = 0
    // More than there are at once, however slowly they are asked.
    for card in 340..<400 where refusal == nil {
      let answer = try world.postern(
        "explain", "--door", "front", "--card", "H10301:12:\(card)", "--json")
      if answer.status == 0 { answered += 1 } else { refusal = answer }
    }
    #expect(refusal?.status == 1)
    #expect(refusal?.errors.contains("too many questions about cards") == true)
    // About a person anybody may ask who may use the console.
    #expect(try world.postern("explain", "--door", "front", "--person", "ada").status == 0)
    func explained() throws -> [[String: Any]] {
      try world.doorEvents().filter {
        $0["type"] as? String == "postern.admin.cardExplained.v1"
      }
    }
    // An answer waits for no disk.
    #expect(try world.eventually { try explained().count == answered } && answered >= 10)
    let asked = try explained()
    #expect(asked.filter { $0["person"] as? String == "ada" }.count == 1)
    // The time of an event may have any digits.
    let told = asked.map { event in "\(event.filter { $0.key != "timeMilliseconds" })" }
    #expect(told.allSatisfy { !$0.contains("345") && $0.contains("local:") })
  }

  @Test("E3: the monitor shows a card with bits, timing and formats, keys as dots, and the relay")
  func monitor() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let monitor = try watch(world, ["monitor", "--numbers"], file: "monitor.txt")
    let learn = try watch(world, ["learn"], file: "learn.txt")
    defer { monitor.end(SIGKILL) }
    defer { learn.end(SIGKILL) }
    // The watcher is connected once it shows anything.
    #expect(
      try world.eventually {
        try world.postern("panel", "badge", "--facility", "12", "--card", "345")
        return try world.text("monitor.txt").contains("relay on")
          && world.text("learn.txt").contains("formats:")
      })
    try world.postern("panel", "keys", "7")
    #expect(try world.eventually { try world.text("monitor.txt").contains("key") })
    let text = try world.text("monitor.txt")
    #expect(text.contains("26 bits  00000110000000001010110010  2000 µs"), "\(text)")
    #expect(text.contains("H10301 facility 12 card 345"))
    #expect(text.contains("key •") && !text.contains("key 7"))
    #expect(try world.text("learn.txt").contains("formats: [H10301"))
    #expect(learn.ended(withinSeconds: 8) == 0)
  }

  @Test("E2: the relay test asks first, moves the relay, and is recorded with its operator")
  func relay() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    // Standard input is empty, which is not a yes.
    #expect(try world.postern("relay", "test", "front").status == 1)
    #expect(world.relayIsOff)
    let tried = try world.postern("relay", "test", "front", "--yes", "--json")
    #expect(tried.status == 0, "\(tried)")
    #expect(tried.output.contains("\"after\":true"))
    #expect(world.relayIsOn)
    #expect(try world.postern("relay", "test", "front", "--yes").status == 1)
    let unlocks = try world.doorEvents().filter {
      $0["type"] as? String == "postern.access.adminUnlock.v1"
    }
    #expect(unlocks.count == 1)
    #expect((unlocks.first?["person"] as? String)?.hasPrefix("local:") == true)
  }

  @Test("E2 D13: a support bundle lists what it contains, and names no person and no credential")
  func bundle() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
    let path = world.folder.path + "/bundle.tar.gz"
    let made = try world.postern("support-bundle", "--output", path)
    #expect(made.status == 0, "\(made)")
    #expect(made.output.contains("events.jsonl") && made.output.contains("diagnosis.txt"))
    let tar = try ChildProcess(
      "/usr/bin/tar", ["-xzf", path, "-C", world.folder.path])
    #expect(tar.wait() == 0)
    let inner = world.folder.path + "/postern-support/"
    let names = try FileManager.default.contentsOfDirectory(atPath: inner)
    #expect(names.count == 8)
    let ids = try world.postern("credentials").output.split(separator: " ").map(String.init)
    let credential = try #require(ids.first)
    for name in names {
      let text = try world.text("postern-support/" + name)
      #expect(!text.isEmpty, "\(name)")
      #expect(!text.contains(credential) && !text.contains("\"ada\""), "\(name)")
    }
    #expect(try world.text("postern-support/events.jsonl").contains("person-1"))
  }

  @Test("E5: events can be found by outcome, reason and time, read page by page, and exported")
  func search() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    for card in ["1", "2", "3", "345"] {
      try world.postern("panel", "badge", "--facility", "12", "--card", card)
    }
    #expect(world.eventually { world.relayIsOn })
    let denied = try world.postern("events", "--outcome", "denied", "--csv", "--from", "1h")
    let lines = denied.output.split(separator: "\n")
    #expect(lines.count == 4 && lines[0].hasPrefix("number,time,type,door"), "\(denied)")
    #expect(lines.dropFirst().allSatisfy { $0.contains("access.denied") })
    let paged = try world.postern(
      "events", "--reason", "unknownCredential", "--limit", "1", "--all")
    #expect(paged.output.split(separator: "\n").count == 3, "\(paged)")
    #expect(try world.postern("events", "--until", "2020-01-01").output == "")
    #expect(try world.postern("events", "--from", "yesterday").status == 64)
  }

  @Test("D4 E2: the cloud's diagnostics command returns the technician's report")
  func fromAfar() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let there = try world.posterncloud("diagnose", "gate-1")
    let here = try world.postern("diagnose")
    for id in ["daemon.running", "storage.database", "network.broker", "cloud.session"] {
      #expect(there.output.contains("OK  \(id)"), "\(there)")
      #expect(here.output.contains(id), "\(here)")
    }
    #expect(try world.postern("sync").status == 0)
    #expect(try world.postern("credentials").output.contains("valid"))
  }

  @Test(
    "E2 F3: diagnose names what is wrong: no daemon, no broker, no chip, a rejected configuration")
  func wrong() throws {
    let world = try DoorWorld(driver: "gpiod")
    let config = world.folder.path + "/postern.yaml"
    let without = try world.postern("diagnose", "--config", config)
    #expect(without.status == 1)
    for id in ["daemon.running", "lines.chip", "network.broker"] {
      #expect(without.output.contains(id), "\(without)")
    }
    try world.startDaemon()
    #expect(
      try world.eventually { try world.postern("diagnose").output.contains("cloud.session") })
    let served = try world.postern("diagnose", "--wrong-only")
    #expect(served.status == 1)
    for id in ["lines.chip", "network.broker", "doors.relay", "policy.configuration"] {
      #expect(served.output.contains(id), "\(served)")
    }
    world.killDaemon(SIGTERM)
    let text = try world.text("postern.yaml").replacingOccurrences(
      of: "driver: gpiod", with: "driver: guess")
    try Data(text.utf8).write(to: URL(filePath: config))
    let rejected = try world.postern("diagnose", "--config", config)
    #expect(rejected.status == 1)
    #expect(rejected.output.contains("settings.rejected"), "\(rejected)")
    #expect(rejected.output.contains("hardware.driver"))
  }

  @Test(
    "E2 F3: diagnose names swapped lines, an open contact, an expired certificate and a damaged file"
  )
  func planted() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    // Card 12:345 with every bit inverted, as swapped data lines send it.
    let turned = "11111001111111110101001101"
    for _ in 0..<3 { try world.postern("panel", "bits", turned) }
    try world.postern("panel", "contact", "open")
    #expect(
      try world.eventually {
        let found = try world.postern("diagnose", "--wrong-only").output
        return found.contains("readers.swapped") && found.contains("doors.contact")
      })
    world.killDaemon(SIGTERM)

    let folder = world.folder.path
    try trustEndingCA(world)
    let path = folder + "/state/events.sqlite"
    for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.removeItem(atPath: path + suffix)
    }
    let file = try FileHandle(forUpdating: URL(filePath: path))
    // A page in the middle is lost, as on a failing memory card.
    let pages = try file.seekToEnd() / 4_096
    try file.seek(toOffset: pages / 2 * 4_096)
    try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
    try file.close()
    let found = try world.postern("diagnose", "--config", folder + "/postern.yaml")
    #expect(found.status == 1)
    // The broker has no TLS here; the certificate has five days left.
    for id in ["storage.damaged", "certificates.ending", "network.tls"] {
      #expect(found.output.contains(id), "\(found)")
    }
  }

  /// A CA for the broker whose certificate has five days left of a long life; the settings name it.
  private func trustEndingCA(_ world: DoorWorld) throws {
    let folder = world.folder.path
    let rules = folder + "/openssl.cnf"
    try Data(
      """
      [ca]
      default_ca = own
      [own]
      database = \(folder)/ca.index
      serial = \(folder)/ca.serial
      new_certs_dir = \(folder)
      default_md = sha256
      policy = names
      x509_extensions = authority
      [names]
      commonName = supplied
      [authority]
      basicConstraints = critical, CA:TRUE
      """.utf8
    ).write(to: URL(filePath: rules))
    try Data().write(to: URL(filePath: folder + "/ca.index"))
    try Data("01".utf8).write(to: URL(filePath: folder + "/ca.serial"))
    let days = Date(timeIntervalSinceNow: 5 * 86_400).formatted(.iso8601)
    let end = days.filter(\.isNumber) + "Z"
    for arguments in [
      [
        "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
        "/CN=ca", "-keyout", folder + "/ca.key", "-out", folder + "/ca.csr",
      ],
      [
        "ca", "-batch", "-selfsign", "-notext", "-config", rules, "-in", folder + "/ca.csr",
        "-keyfile", folder + "/ca.key", "-startdate", "20240101000000Z", "-enddate", end, "-out",
        folder + "/ca.pem",
      ],
    ] {
      #expect(try ChildProcess("/usr/bin/openssl", arguments).wait() == 0)
    }
    let config = try world.text("postern.yaml").replacingOccurrences(
      of: "publicKeyFile:", with: "tls: {caFile: \(folder)/ca.pem}, publicKeyFile:")
    try Data(config.utf8).write(to: URL(filePath: folder + "/postern.yaml"))
  }

  @Test("E2 F3: the daemon's own diagnosis names a full disk and an expired certificate")
  func fullDisk() throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    try trustEndingCA(world)
    try world.startDaemon()
    #expect(
      try world.eventually { try world.postern("diagnose").output.contains("certificates.ending") })
    // Ten days later, and no space left.
    try faults.order("write ENOSPC\nclock 864000")
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    let isNamed = try world.eventually {
      let found = try world.postern("diagnose", "--wrong-only").output
      return found.contains("storage.full") && found.contains("certificates.expired")
    }
    let last = try world.postern("diagnose", "--wrong-only")
    #expect(isNamed, "\(last.output)")
    #expect(last.output.contains("make room") && last.output.contains("renew it"))
    #expect(last.status == 1)
  }
}
