import ArgumentParser
import CloudAPI
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import Logging

/// Where the HTTP API for platforms is served, and its parts.
struct APIOptions: ParsableArguments {
  @Option(help: "Serve the HTTP API for platforms on this port; without it there is none.")
  var apiPort: Int?
  @Option(help: "The API's address; one that is not this machine's own needs a certificate.")
  var apiAddress = "127.0.0.1"
  @Option(help: "The API's certificate, PEM.") var apiCertificate: String?
  @Option(help: "The private key of that certificate, PEM.") var apiKey: String?

  /// How often receivers of webhooks are looked after.
  private static let roundMilliseconds = 500

  func validate() throws {
    if let apiPort, !(1...65_535).contains(apiPort) {
      throw ValidationError("--api-port is 1 to 65535")
    }
    if (apiCertificate == nil) != (apiKey == nil) {
      throw ValidationError("--api-certificate and --api-key belong together")
    }
  }

  /// Serves until the task is cancelled; returns at once where no port is set.
  func serve(_ store: CloudStore) async throws {
    guard let apiPort else { return }
    let logger = Logger(label: "posterncloud.api") { StandardLog(label: $0) }
    let platform = SQLitePlatform(database: store.database)
    let vault = try PlatformKey.vault(folder: store.folder)
    let zones = SystemZones()
    let api = PlatformAPI(
      store: platform, vault: vault, zones: { (try? zones.zone(named: $0))?.rules },
      onFault: { logger.error("\($0)") })
    let server = APIServer(
      api: api,
      address: APIAddress(
        host: apiAddress, port: apiPort, certificateFile: apiCertificate, keyFile: apiKey),
      clock: CloudClock.now, logger: logger)
    let worker = WebhookWorker(
      store: platform, vault: vault, transport: WebhookClient(), clock: CloudClock.now)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask {
        while !Task.isCancelled {
          do { try await worker.round() } catch { logger.error("webhooks: \(error)") }
          try await Task.sleep(for: .milliseconds(Self.roundMilliseconds))
        }
      }
      try await group.next()
      group.cancelAll()
    }
  }
}

/// The key under which codes, cards and the secrets of webhooks are sealed: `platform.key` in the
/// cloud's folder, created at first use. A backup of the database is of no use without it.
enum PlatformKey {
  static func vault(folder: String) throws -> SecretVault {
    let path = "\(folder)/platform.key"
    if !FileManager.default.fileExists(atPath: path) {
      try KeyFile.create(path: path, key: Secret(CloudKey.newCredentialKey()))
    }
    return SecretVault(key: try KeyFile.load(path: path))
  }
}
