import Foundation

/// Broker and cloud of a ``LabWorld``. The door is ``BenchDaemon``, which has more doors.
final class BenchSite {
  private let world: LabWorld
  private let program: String
  private let log: String

  init(in place: BenchPlace, brokerQueuedMax: Int = 0) throws {
    program = try place.program("posterncloud")
    let folder = try place.newFolder("site")
    log = "\(folder)/commands.log"
    world = try LabWorld(
      LabWorld.Plan(
        folder: folder, programs: place.programs, brokerSavesAtOnce: false,
        brokerQueuedMax: brokerQueuedMax))
    _ = try world.start(.broker)
    try Broker.waitUntilReady(brokerPort)
  }

  var brokerPort: Int { world.places.brokerPort }
  var cloudState: String { world.places.cloud }
  /// The folder that `posterncloud enrol` wrote for ``BenchDaemon/controller``.
  var device: String { world.places.device }

  /// Runs a command of `posterncloud`.
  func run(_ arguments: String...) throws { try run(arguments) }

  func run(_ arguments: [String]) throws {
    let command = try ChildProgram(
      [program] + arguments, output: log, environment: ["POSTERNCLOUD_STATE": cloudState])
    guard command.waitForExit() == 0 else {
      let text = FileManager.default.contents(atPath: log) ?? Data()
      throw LabFailure(
        "posterncloud \(arguments[0]): \(String(decoding: text.suffix(1_000), as: UTF8.self))")
    }
  }

  func serve() throws { _ = try world.start(.cloud) }

  func stop() { world.end() }
}
