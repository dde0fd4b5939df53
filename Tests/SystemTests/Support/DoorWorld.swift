import ChildProcesses
import Foundation

/// A broker on a free loopback port, a cloud and one controller, in a folder of their own.
final class DoorWorld {
  let folder: TemporaryFolder
  let port: Int
  private var broker: ChildProcess?
  private var cloud: ChildProcess?
  private(set) var daemon: ChildProcess?
  /// Environment variables of the daemon, beside the test's own.
  var daemonEnvironment: [String: String] = [:]

  /// How long anything may take before the test gives up.
  static let patienceSeconds = 120.0

  /// With `driver` gpiod the lines name a chip that does not exist.
  init(driver: String = "simulated") throws {
    folder = try TemporaryFolder()
    port = try LoopbackPort.free()
    try write(
      "mosquitto.conf",
      """
      listener \(port) 127.0.0.1
      allow_anonymous true
      persistence true
      persistence_location \(folder.path)/
      user root

      """)
    let enrolled = try posterncloud("enrol", "gate-1", "--out", folder.path + "/device")
    precondition(enrolled.status == 0, enrolled.errors)
    try write(
      "postern.yaml",
      """
      controller: {id: gate-1}
      state: {folder: \(folder.path)/state}
      hardware: {driver: \(driver)}
      doors: [front]
      door:
        front:
          relay: {chip: gpiochip-none, line: 17}
          exit: {chip: gpiochip-none, line: 18}
      readers: [front-in]
      reader:
        front-in:
          door: front
          data0: {chip: gpiochip-none, line: 23}
          data1: {chip: gpiochip-none, line: 24}
          beeper: {chip: gpiochip-none, line: 25}
          presentationMilliseconds: 0
      cloud: {host: 127.0.0.1, port: \(port), publicKeyFile: \(folder.path)/device/cloud.pub}
      credentials:
        keyFile: \(folder.path)/device/credential.key
        offlinePINKeyFile: \(folder.path)/device/offline-pin.keys
        issuerRootsFile: \(folder.path)/device/issuer-roots.pub
      console: {socket: \(folder.path)/postern.sock}

      """)
    try write(
      "facility.json",
      """
      {"facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin"},
       "doors": [{"id": "front", "name": "Front door", "holdTimeSeconds": 20}]}
      """)
  }

  deinit {
    for process in [daemon, cloud, broker] { process?.end(SIGKILL) }
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(name)"))
  }

  // MARK: Actors

  func startBroker() throws {
    broker = try ChildProcess("/usr/sbin/mosquitto", ["-c", folder.path + "/mosquitto.conf"])
  }

  func startCloud() throws {
    cloud = try BuiltProgram("posterncloud").start(
      ["serve", "--port", String(port), "--state", folder.path + "/cloud"],
      log: folder.path + "/cloud.log")
  }

  func startDaemon() throws {
    daemon = try BuiltProgram("posternd").start(
      ["--config", folder.path + "/postern.yaml"], environment: daemonEnvironment,
      log: folder.path + "/door.log")
  }

  /// The same with a log that is no file.
  func startDaemon(log: ChildProcess.Stream) throws {
    daemon = try ChildProcess(
      BuiltProgram("posternd").path, ["--config", folder.path + "/postern.yaml"],
      environment: daemonEnvironment, input: .file("/dev/null"), output: log, errors: log)
  }

  /// Ends the daemon and adds lines to its door's settings.
  func stopDaemon(andSet lines: String...) throws {
    killDaemon(SIGTERM)
    let path = folder.path + "/postern.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let added = lines.map { "    \($0)\n" }.joined()
    try write(
      "postern.yaml", text.replacingOccurrences(of: "    relay:", with: added + "    relay:"))
  }

  func stopBroker() { end(&broker, SIGTERM) }

  func stopCloud() { end(&cloud, SIGTERM) }

  private func end(_ process: inout ChildProcess?, _ signal: Int32) {
    process?.end(signal)
    process = nil
  }

  func killDaemon(_ signal: Int32) { end(&daemon, signal) }

  var daemonLog: String {
    String(
      decoding: FileManager.default.contents(atPath: folder.path + "/door.log") ?? Data(),
      as: UTF8.self)
  }

  @discardableResult
  func postern(_ arguments: String...) throws -> BuiltProgram.Outcome {
    try BuiltProgram("postern").run(
      arguments, environment: ["POSTERN_SOCKET": folder.path + "/postern.sock"])
  }

  @discardableResult
  func posterncloud(_ arguments: String...) throws -> BuiltProgram.Outcome {
    try BuiltProgram("posterncloud").run(
      arguments, environment: ["POSTERNCLOUD_STATE": folder.path + "/cloud"])
  }

  // MARK: State

  var brokerAnswers: Bool {
    let answer = try? ChildProcess(
      "/usr/bin/mosquitto_pub", ["-p", "\(port)", "-t", "hello", "-m", "hello"])
    return answer?.wait() == 0
  }

  /// The status as JSON; nil while the daemon does not answer.
  func status() throws -> [String: Any]? {
    let outcome = try postern("status", "--json")
    guard outcome.status == 0 else { return nil }
    return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
  }

  func door() throws -> [String: Any]? {
    (try status()?["doors"] as? [[String: Any]])?.first
  }

  var relayIsOn: Bool { (try? door()?["relayActive"] as? Bool) == true }
  var relayIsOff: Bool { (try? door()?["relayActive"] as? Bool) == false }

  var isConnected: Bool {
    ((try? status()?["cloud"]) as? [String: Any])?["connected"] as? Bool == true
  }

  private func lines(_ outcome: BuiltProgram.Outcome) -> [[String: Any]] {
    outcome.output.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  /// Oldest first.
  func doorEvents() throws -> [[String: Any]] {
    lines(try postern("events", "--json", "--limit", "500")).reversed()
  }

  /// Numbers and types in the order in which the cloud received them.
  func cloudEvents() throws -> [(number: Int, type: String)] {
    lines(try posterncloud("events", "--json", "--limit", "10000")).reversed().map {
      ($0["number"] as? Int ?? 0, ($0["event"] as? [String: Any])?["type"] as? String ?? "")
    }
  }

  /// Replaces a folder of this world by a copy of another.
  func copy(_ from: String, to target: String) throws {
    let path = folder.path + "/" + target
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
    try FileManager.default.copyItem(atPath: folder.path + "/" + from, toPath: path)
  }

  /// Number, type and time of each event at the cloud: a unique name even if a log was set back.
  func cloudEventNames() throws -> [String] {
    lines(try posterncloud("events", "--json", "--limit", "10000")).reversed().map { line in
      let event = line["event"] as? [String: Any]
      let data = event?["data"] as? [String: Any]
      return [line["number"], event?["type"], data?["timeMilliseconds"]]
        .map { "\($0 ?? "?")" }.joined(separator: " ")
    }
  }

  /// True once every event of the door's log is at the cloud, and none of them twice.
  func everyEventIsAtTheCloudOnce() throws -> Bool {
    try eventually {
      let door = try doorEvents().map { event in
        [event["number"], event["type"], event["timeMilliseconds"]]
          .map { "\($0 ?? "?")" }.joined(separator: " ")
      }
      let cloud = try cloudEventNames()
      return !door.isEmpty && Set(door).isSubset(of: cloud) && Set(cloud).count == cloud.count
    }
  }

  /// True as soon as `condition` is; false after ``patienceSeconds``.
  func eventually(
    withinSeconds seconds: Double = patienceSeconds, _ condition: () throws -> Bool
  ) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date.now < end {
      if try condition() { return true }
      usleep(50_000)
    }
    return false
  }

  /// Broker, cloud and daemon are up; the door has its policy and Ada's card, and knows the time:
  /// without it no key is handed over.
  func open() throws -> Bool {
    try startBroker()
    try startCloud()
    if daemon == nil { try startDaemon() }
    guard eventually({ isConnected }) else { return false }
    try posterncloud("config", "push", "gate-1", folder.path + "/facility.json")
    try posterncloud("person", "add", "ada")
    try posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--card",
      "H10301:12:345", "--doors", "front")
    return try eventually {
      let status = try status()
      return status?["configRevision"] as? Int == 1 && status?["credentials"] as? Int == 1
        && status?["clockTrust"] as? String != "unknown"
    }
  }

  /// The cloud has exactly the door's events, once each, in order.
  func cloudHasEverything() throws -> Bool {
    try eventually {
      let door = try doorEvents().compactMap { $0["number"] as? Int }
      let cloud = try cloudEvents().map(\.number)
      return !door.isEmpty && door == cloud && door == Array(1...door.count)
    }
  }
}
