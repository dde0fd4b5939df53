import CloudProtocol
import ConsoleProtocol
import DoorRules
import Foundation
import HostLinux
import WiegandCodec

/// A real `posternd` on a state folder, with eight simulated doors.
final class BenchDaemon {
  static let controller = LabWorld.controller

  let console: ConsoleSocket
  private(set) var process: ChildProgram?
  private let folder: String
  private let program: String
  private let notify: NotifySocket

  /// `device` is the folder written by `posterncloud enrol`; nil: use the keys of ``BenchCloud``.
  init(in place: BenchPlace, stateFolder: String, brokerPort: Int, device: String? = nil) throws {
    folder = try place.newFolder("daemon")
    program = try place.program("posternd")
    console = ConsoleSocket(path: "\(folder)/console.sock")
    notify = try NotifySocket(path: "\(folder)/notify.sock")
    if device == nil {
      try KeyFile.create(path: "\(folder)/credential.key", key: Secret(BenchWorld.credentialKey))
      try Data(try BenchCloud.publicKeyLine().utf8).write(to: URL(filePath: "\(folder)/cloud.pub"))
    }
    let keys = device ?? folder
    let doors = BenchWorld.doors.enumerated().map { index, name in
      "  \(name):\n    relay: {chip: none, line: \(index)}\n"
    }.joined()
    let readers = zip(BenchWorld.readers, BenchWorld.doors).enumerated().map { index, pair in
      """
        \(pair.0):
          door: \(pair.1)
          presentationMilliseconds: 0
          data0: {chip: none, line: \(100 + index * 2)}
          data1: {chip: none, line: \(101 + index * 2)}

      """
    }.joined()
    let settings = """
      controller: {id: \(Self.controller)}
      state: {folder: \(stateFolder)}
      hardware: {driver: simulated}
      clock: {assumeTrust: synchronised}
      doors: [\(BenchWorld.doors.joined(separator: ", "))]
      door:
      \(doors)readers: [\(BenchWorld.readers.joined(separator: ", "))]
      reader:
      \(readers)cloud: {host: 127.0.0.1, port: \(brokerPort), publicKeyFile: \(keys)/cloud.pub}
      credentials: {keyFile: \(keys)/credential.key}
      console: {socket: \(console.path)}

      """
    try Data(settings.utf8).write(to: URL(filePath: "\(folder)/postern.yaml"))
  }

  /// Starts the daemon, and returns the milliseconds until it reports that its doors are served.
  @discardableResult
  func start() throws -> Double {
    let start = Stopwatch.now
    let started = try ChildProgram(
      [program, "--config", "\(folder)/postern.yaml"], output: "\(folder)/door.log",
      environment: ["NOTIFY_SOCKET": notify.path])
    process = started
    do { try notify.waitUntilReady() } catch {
      let log = FileManager.default.contents(atPath: "\(folder)/door.log") ?? Data()
      throw LabFailure("\(error): \(String(decoding: log.suffix(1_000), as: UTF8.self))")
    }
    return Double(Stopwatch.now - start) / 1e6
  }

  func running() throws -> ChildProgram {
    guard let process else { throw LabFailure("the daemon was not started") }
    return process
  }

  func stop() {
    process?.stop()
    process = nil
  }

  /// Presents the card of a credential.
  func badge(reader: String, card index: Int) throws {
    let card = BenchWorld.card(index)
    try console.panel(
      .badge(
        reader: reader, format: card.format, facility: card.facility.map { CardNumber($0) },
        card: CardNumber(card.card),
        timing: .init()))
  }
}
