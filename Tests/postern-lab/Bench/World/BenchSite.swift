import Foundation

/// A real `posterncloud` with its own state, and a broker. The door is ``BenchDaemon``.
final class BenchSite {
  let broker: Broker
  /// What `posterncloud enrol` wrote for ``BenchDaemon/controller``.
  let device: String
  let cloudState: String
  private let program: String
  private let log: String
  private var server: ChildProgram?

  init(in place: BenchPlace) throws {
    broker = try Broker(in: place)
    let folder = try place.newFolder("cloud")
    program = try place.program("posterncloud")
    cloudState = "\(folder)/state"
    device = "\(folder)/device"
    log = "\(folder)/cloud.log"
    try run("enrol", BenchDaemon.controller, "--out", device)
  }

  /// One command of `posterncloud`.
  func run(_ arguments: String...) throws {
    let command = try ChildProgram(
      [program] + arguments, output: log, environment: ["POSTERNCLOUD_STATE": cloudState])
    guard command.waitForExit() == 0 else {
      let text = FileManager.default.contents(atPath: log) ?? Data()
      throw LabFailure(
        "posterncloud \(arguments[0]): \(String(decoding: text.suffix(1_000), as: UTF8.self))")
    }
  }

  func serve() throws {
    server = try ChildProgram(
      [program, "serve", "--port", String(broker.port), "--state", cloudState], output: log)
  }

  func stop() {
    server?.stop()
    broker.stop()
  }
}
