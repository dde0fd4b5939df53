import ChildProcesses
import Foundation

/// A broker, a cloud and a door with a simulated panel, in a folder of their own. They end with this
/// value.
final class LabWorld {
  enum Actor: String, Codable, CaseIterable { case broker, cloud, door }

  /// What may differ from one world to another.
  struct Plan {
    /// Empty, or not there yet.
    var folder: String
    /// Where `posternd` and the other programs are.
    var programs: String
    /// All of them at the one door, `front`.
    var readers = ["front-in"]
    /// Where the door looks for the broker, when something stands between them.
    var doorPort: Int?
    var keepAliveSeconds = 60
    /// Whether the broker loses nothing when it is killed; that costs it speed.
    var brokerSavesAtOnce = true
    /// How many messages the broker keeps for a client that is slow; 0 is no limit.
    var brokerQueuedMax = 0
  }

  /// Where everything is, for whoever uses the world.
  struct Places: Encodable {
    var folder: String
    var brokerPort: Int
    /// The socket of the door's console.
    var console: String
    /// The door's settings, which may be changed while it does not run.
    var settings: String
    /// The state folders of door and cloud.
    var state: String
    var cloud: String
    /// What `posterncloud enrol` wrote.
    var device: String
  }

  static let controller = "gate-1"

  let places: Places
  private let plan: Plan
  private var running: [Actor: ChildProgram] = [:]

  /// Enrols the door and writes all settings; nothing runs yet.
  init(_ plan: Plan) throws {
    self.plan = plan
    let folder = plan.folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    places = Places(
      folder: folder, brokerPort: try LoopbackPort.free(), console: "\(folder)/postern.sock",
      settings: "\(folder)/postern.yaml", state: "\(folder)/state", cloud: "\(folder)/cloud",
      device: "\(folder)/device")
    _ = try Broker.writeSettings(
      in: folder, port: places.brokerPort, savedAtOnce: plan.brokerSavesAtOnce,
      queuedMax: plan.brokerQueuedMax)
    let enrolment = try ChildProgram(
      [
        "\(plan.programs)/posterncloud", "enrol", Self.controller, "--out", places.device,
        "--state", places.cloud,
      ], output: "\(folder)/enrol.log")
    guard enrolment.waitForExit() == 0 else { throw LabFailure(text(of: "enrol.log")) }
    try Data(settings.utf8).write(to: URL(filePath: places.settings))
  }

  /// Every badge of the lab is a presentation of its own.
  private static func reader(_ name: String) -> String {
    "\(name): {door: front, presentationMilliseconds: 0}"
  }

  private var settings: String {
    """
    controller: {id: \(Self.controller)}
    state: {folder: \(places.state)}
    hardware: {driver: simulated}
    doors: [front]
    readers: [\(plan.readers.joined(separator: ", "))]
    reader: {\(plan.readers.map(Self.reader).joined(separator: ", "))}
    cloud: {host: 127.0.0.1, port: \(plan.doorPort ?? places.brokerPort), \
    publicKeyFile: \(places.device)/cloud.pub, keepAliveSeconds: \(plan.keepAliveSeconds)}
    credentials: {keyFile: \(places.device)/credential.key}
    console: {socket: \(places.console)}

    """
  }

  private func text(of log: String) -> String {
    let text = FileManager.default.contents(atPath: "\(plan.folder)/\(log)") ?? Data()
    return "\(plan.folder)/\(log): \(String(decoding: text.suffix(1_000), as: UTF8.self))"
  }

  // MARK: Actors

  /// The process of an actor, which is started unless it runs; `environment` is added to this
  /// program's.
  func start(_ actor: Actor, environment: [String: String] = [:]) throws -> pid_t {
    if let child = running[actor], child.poll() == nil { return child.id }
    let arguments =
      switch actor {
      case .broker: [Broker.path, "-c", "\(plan.folder)/mosquitto.conf"]
      case .cloud:
        [
          "\(plan.programs)/posterncloud", "serve", "--port", "\(places.brokerPort)", "--state",
          places.cloud,
        ]
      case .door: ["\(plan.programs)/posternd", "--config", places.settings]
      }
    let child = try ChildProgram(
      arguments, output: "\(plan.folder)/\(actor).log", environment: environment)
    running[actor] = child
    return child.id
  }

  /// Starts all, and returns when the broker and the door's console answer.
  func startAll() throws {
    for actor in Actor.allCases { _ = try start(actor) }
    try Broker.waitUntilReady(places.brokerPort)
    let console = places.console
    _ = try Stopwatch.until("the door's console is there", patienceSeconds: 30) {
      FileManager.default.fileExists(atPath: console)
    }
  }

  /// The exit status of an actor, -1 after a signal; nil when it did not run. One that outlives its
  /// time is killed.
  func stop(_ actor: Actor, signal: Int32) -> Int32? {
    running.removeValue(forKey: actor)?.end(with: signal, patienceSeconds: 20)
  }

  /// The exit status of an actor that was started and ended by itself.
  func status(of actor: Actor) -> Int32? { running[actor]?.poll() }

  func process(of actor: Actor) -> pid_t? {
    running[actor].flatMap { $0.poll() == nil ? $0.id : nil }
  }

  func end() {
    for actor in Actor.allCases.reversed() { _ = stop(actor, signal: SIGKILL) }
  }
}
