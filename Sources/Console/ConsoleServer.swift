public import ConsoleProtocol
import Foundation
import Glibc
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves the console on a Unix socket that the owner and its group may open.
public struct ConsoleServer: Service {
  /// The most connections at once.
  public static let connectionsMax = 64
  /// A connection that says nothing for so long is closed; half-open ones too.
  public static let idleSeconds: Int64 = 60

  private let backend: any ConsoleBackend
  private let socketPath: String
  private let logger: Logger

  public init(backend: any ConsoleBackend, socketPath: String, logger: Logger) {
    self.backend = backend
    self.socketPath = socketPath
    self.logger = logger
  }

  /// Serves until the task is cancelled or the group shuts down. Throws ``ConsoleProblem`` when
  /// another program serves the socket already.
  public func run() async throws {
    try removeStaleSocket()
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let path = socketPath
    let application = Application(
      router: ConsoleRoutes(backend: backend).router(),
      server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: path), serverName: "postern",
        availableConnectionsDelegate: .maximum(Self.connectionsMax, logger: quiet)),
      onServerRunning: { _ in chmod(path, 0o660) }, logger: quiet)
    defer { unlink(path) }
    try await application.runService(gracefulShutdownSignals: [])
  }

  /// A socket left by a crash is removed; one that answers belongs to somebody.
  private func removeStaleSocket() throws(ConsoleProblem) {
    guard FileManager.default.fileExists(atPath: socketPath) else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(socketPath.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw ConsoleProblem(.invalid, "the socket path \(socketPath) is too long")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let answer = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard answer != 0 else {
      throw ConsoleProblem(.refused, "another program serves \(socketPath); stop it first")
    }
    unlink(socketPath)
  }
}
