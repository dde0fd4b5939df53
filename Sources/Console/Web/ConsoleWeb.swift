import CloudProtocol
import ConsolePage
public import ConsoleProtocol
import DoorRules
import HTTPServing
import HTTPTypes
package import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// Where the web page is served.
public struct ConsoleWebSettings: Sendable, Hashable {
  /// An address of this machine; without TLS only a loopback address.
  public var address: String
  /// 1 to 65535.
  public var port: Int
  /// PEM files; both or none.
  public var certificateFile: String?
  public var keyFile: String?
  /// Further names of this machine by which browsers may ask, in lower case.
  public var names: [String]

  public init(
    address: String, port: Int, certificateFile: String? = nil, keyFile: String? = nil,
    names: [String] = []
  ) {
    self.address = address
    self.names = names
    self.port = port
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }

  public var isLoopback: Bool { LoopbackAddress.matches(address) }
  public var isSecure: Bool { certificateFile != nil && keyFile != nil }

  /// The URL of the page.
  public var url: String {
    "\(isSecure ? "https" : "http")://\(address.contains(":") ? "[\(address)]" : address):\(port)/"
  }
}

/// Serves the console's web page to browsers that have signed in.
public struct ConsoleWeb: Service {
  private let backend: any ConsoleBackend
  private let settings: ConsoleWebSettings
  private let gate: ConsoleGate
  private let limits: ConsoleLimits
  private let logger: Logger
  private let onServing: @Sendable () async -> Void

  /// `onServing` is called whenever the page begins to be served.
  public init(
    backend: any ConsoleBackend, settings: ConsoleWebSettings, gate: ConsoleGate,
    limits: ConsoleLimits = ConsoleLimits(), logger: Logger,
    onServing: @escaping @Sendable () async -> Void = {}
  ) {
    self.onServing = onServing
    self.backend = backend
    self.settings = settings
    self.gate = gate
    self.limits = limits
    self.logger = logger
  }

  /// Serves until the task is cancelled or the group shuts down. Throws ``ConsoleProblem`` for an
  /// address that may not or cannot be served, and for TLS files that cannot be used.
  public func run() async throws {
    guard settings.isLoopback || settings.isSecure else {
      throw ConsoleProblem(
        .refused, "the console is on the network only with console.web.certificateFile and keyFile")
    }
    let quiet = GracefulServing.quiet(logger)
    let onServing = onServing
    let application = Application(
      router: router(), server: try server(),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.address, port: settings.port), serverName: "postern",
        availableConnectionsDelegate: limits.guarded.available(quiet)),
      onServerRunning: { _ in await onServing() }, logger: quiet)
    let watch = Task { await tellEndedSessions() }
    defer { watch.cancel() }
    do { try await GracefulServing.run(application, logger: quiet) } catch {
      let place = "\(settings.address):\(settings.port)"
      throw ConsoleProblem(.unavailable, ServingFault.words(error, at: place))
    }
  }

  /// How often it is looked whether a session is over that nobody uses.
  private static let lookSeconds = 15

  private func tellEndedSessions() async {
    while !Task.isCancelled {
      for end in gate.takeEnded() { await backend.note(.ended(end)) }
      // A cancelled sleep is the end of the loop.
      try? await Task.sleep(for: .seconds(Self.lookSeconds))
    }
  }

  private func server() throws -> HTTPServerBuilder {
    let certificate = ServerCertificate(
      certificateFile: settings.certificateFile, keyFile: settings.keyFile)
    do {
      return try certificate?.secured(limits.guarded.http1()) ?? limits.guarded.http1()
    } catch let problem
      as ServerFileProblem
    {
      throw ConsoleProblem(.unavailable, "\(problem)")
    }
  }

  /// The routes of the web page.
  package func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.add(
      middleware: GateMiddleware(
        gate: gate, isSecure: settings.isSecure, isLoopback: settings.isLoopback,
        names: OwnNames(Set(settings.names + ["localhost", settings.address]))))
    router.add(middleware: ProblemMiddleware())
    SessionRoutes(gate: gate, isSecure: settings.isSecure, backend: backend).add(to: router)
    for file in PageFile.all {
      router.get(RouterPath(file.path)) { _, _ in
        Response(
          status: .ok, headers: [.contentType: file.type],
          body: ResponseBody(byteBuffer: ByteBuffer(string: file.text)))
      }
    }
    ConsoleRoutes(backend: backend, by: "console").add(to: router)
    return router
  }
}
