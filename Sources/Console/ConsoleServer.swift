public import ConsoleProtocol
import Glibc
import HTTPServing
package import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Makes codes by which a browser signs in.
public struct ConsoleLogin: Sendable {
  private let gate: ConsoleGate
  private let url: String

  public init(gate: ConsoleGate, url: String) {
    self.gate = gate
    self.url = url
  }

  func offer() -> LoginOffer {
    LoginOffer(url: url, code: gate.makeCode(), seconds: ConsoleGate.codeSeconds)
  }
}

/// Serves the console on a Unix socket that the owner and its group may open.
public struct ConsoleServer: Service {
  private let backend: any ConsoleBackend
  private let socketPath: String
  private let limits: ConsoleLimits
  private let logger: Logger
  private let login: ConsoleLogin?

  /// `login` makes codes for the web page; nil without one.
  public init(
    backend: any ConsoleBackend, socketPath: String, limits: ConsoleLimits = ConsoleLimits(),
    login: ConsoleLogin? = nil, logger: Logger
  ) {
    self.login = login
    self.backend = backend
    self.socketPath = socketPath
    self.limits = limits
    self.logger = logger
  }

  /// Serves until the task is cancelled or the group shuts down. Throws ``ConsoleProblem`` when the
  /// socket cannot be opened: another program serves it, its folder is missing, its path is too
  /// long.
  public func run() async throws {
    try SocketFile(path: socketPath).makeRoom()
    let quiet = GracefulServing.quiet(logger)
    let (path, guarded) = (socketPath, limits.guarded)
    let application = Application(
      router: router(),
      server: guarded.http1(sheds: false),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: path), serverName: "postern",
        availableConnectionsDelegate: guarded.available(quiet)),
      onServerRunning: { _ in chmod(path, 0o660) }, logger: quiet)
    defer { unlink(path) }
    try await GracefulServing.run(application, logger: quiet)
  }

  /// The routes of the socket.
  package func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: ProblemMiddleware())
    ConsoleRoutes(backend: backend).add(to: router)
    let login = login
    // Only on the socket: whoever may open it may also sign a browser in.
    router.post("/v1/console/login") { _, _ in
      guard let login else {
        throw ConsoleProblem(
          .refused, "the web page is off; set console.web.port in the settings and restart")
      }
      return try ConsoleRoutes.json(login.offer())
    }
    return router
  }
}
