public import ConsoleProtocol
import Glibc
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves the console on a Unix socket that the owner and its group may open.
public struct ConsoleServer: Service {
  /// How long requests that are under way may take when the console ends.
  static let endMilliseconds = 1_000

  private let backend: any ConsoleBackend
  private let socketPath: String
  private let limits: ConsoleLimits
  private let logger: Logger

  public init(
    backend: any ConsoleBackend, socketPath: String, limits: ConsoleLimits = ConsoleLimits(),
    logger: Logger
  ) {
    self.backend = backend
    self.socketPath = socketPath
    self.limits = limits
    self.logger = logger
  }

  /// Serves until the task is cancelled or the group shuts down. Throws ``ConsoleProblem`` when
  /// the socket cannot be had: another program serves it, its folder is missing, its path is too
  /// long.
  public func run() async throws {
    try SocketFile(path: socketPath).makeRoom()
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let path = socketPath
    let application = Application(
      router: ConsoleRoutes(backend: backend).router(),
      server: .http1(configuration: .init(idleTimeout: .milliseconds(limits.idleMilliseconds))),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: path), serverName: "postern",
        availableConnectionsDelegate: .maximum(limits.connectionsMax, logger: quiet)),
      onServerRunning: { _ in chmod(path, 0o660) }, logger: quiet)
    var configuration = ServiceGroupConfiguration(services: [application], logger: quiet)
    configuration.maximumGracefulShutdownDuration = .milliseconds(Self.endMilliseconds)
    defer { unlink(path) }
    try await serve(ServiceGroup(configuration: configuration))
  }

  /// Cancelling a server that has just taken a connection traps, and the door with it:
  /// https://github.com/apple/swift-nio/issues/2637. So it runs in a task that nobody cancels,
  /// and is told to end instead.
  private func serve(_ group: ServiceGroup) async throws {
    let serving = Task.detached { try await group.run() }
    let end: @Sendable () -> Void = { Task { await group.triggerGracefulShutdown() } }
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler(
        operation: { try await serving.value }, onGracefulShutdown: end)
    } onCancel: {
      end()
    }
  }
}
