import Foundation
import Settings
import Testing

/// Settings files of a test, in a folder of their own that goes with it.
final class SettingsFixture {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("settings-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func load(
    _ yaml: String, environment: [String: String] = [:]
  ) async throws -> DaemonSettings {
    let file = folder.appendingPathComponent("postern.yaml")
    try yaml.write(to: file, atomically: true, encoding: .utf8)
    return try await SettingsLoader.load(path: file.path, environment: environment)
  }

  /// What is wrong with a file, one line each; none when nothing is.
  func problems(
    _ yaml: String, environment: [String: String] = [:]
  ) async throws -> [String] {
    do {
      _ = try await load(yaml, environment: environment)
      return []
    } catch let failure as SettingsFailure {
      return failure.problems.map(\.description)
    }
  }

  /// The least that is accepted.
  static let least = """
    controller: {id: gate-1}
    hardware: {driver: simulated}
    doors: [front]
    readers: [front-in]
    reader: {front-in: {door: front}}
    credentials: {keyFile: /etc/postern/credential.key}

    """

  /// Every key set.
  static let whole = """
    controller:
      id: gate-1
    state:
      folder: /srv/postern
    hardware:
      driver: gpiod
    doors: [front]
    door:
      front:
        relay: {chip: gpiochip0, line: 17, activeLow: true}
        contact: {chip: gpiochip0, line: 22, activeLow: true, bias: pullUp}
        exit: {chip: gpiochip1, line: 22}
        failSafe: true
    readers: [front-in]
    reader:
      front-in:
        door: front
        data0: {chip: gpiochip0, line: 23}
        data1: {chip: gpiochip0, line: 24, activeLow: false}
        led: {chip: gpiochip0, line: 25}
        beeper: {chip: gpiochip0, line: 8}
        formats: [H10306, H10301]
        keypad: fourBit
    cloud:
      host: broker.example
      port: 8884
      publicKeyFile: /etc/postern/cloud.pub
      username: gate-1
      passwordFile: /etc/postern/password
      keepAliveSeconds: 60
      tls: {caFile: /ca.pem, certificateFile: /gate.pem, keyFile: /gate.key}
    credentials:
      keyFile: /etc/postern/credential.key
    console:
      socket: /run/postern/console.sock
    events: {commitDeadlineMilliseconds: 20}
    clock: {assumeTrust: synchronised}
    log: {level: debug}
    """
}
