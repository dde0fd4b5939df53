import DoorRules
import HTTPServing
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// Where the API is served.
public struct APIAddress: Sendable, Hashable {
  /// An address of this machine; without TLS only a loopback address.
  public var host: String
  public var port: Int
  /// PEM files; both or none.
  public var certificateFile: String?
  public var keyFile: String?

  public init(
    host: String, port: Int, certificateFile: String? = nil, keyFile: String? = nil
  ) {
    self.host = host
    self.port = port
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }

  var isLoopback: Bool { host == "localhost" || LoopbackAddress.matches(host) }
  var isSecure: Bool { certificateFile != nil && keyFile != nil }
}

/// Serves the API over HTTP.
public struct APIServer: Service {
  /// Connections at once. At the last place the connection goes that has asked for nothing for longest;
  /// where all ask, a further one waits.
  static let connectionsMax = 256
  static let idleMilliseconds: Int64 = 60_000
  /// How long a request may take to arrive.
  static let requestMilliseconds: Int64 = 10_000
  /// The longest head, and twice the longest field of it: two ids of 512 characters fit into a path,
  /// whatever they are encoded as.
  static let headBytesMax = 32_768

  private let api: PlatformAPI
  private let address: APIAddress
  private let clock: @Sendable () -> Int64
  private let logger: Logger

  /// `clock` is in milliseconds since 1970.
  public init(
    api: PlatformAPI, address: APIAddress, clock: @escaping @Sendable () -> Int64, logger: Logger
  ) {
    self.api = api
    self.address = address
    self.clock = clock
    self.logger = logger
  }

  /// Serves until the task is cancelled or the group shuts down. Throws ``APIServerProblem`` for an
  /// address that may not be served, and the errors of binding it or reading the TLS files.
  public func run() async throws {
    guard address.isLoopback || address.isSecure else {
      throw APIServerProblem(
        "the API is on the network only with a certificate: tokens would be readable on the way")
    }
    let quiet = GracefulServing.quiet(logger)
    let responder = APIResponder(api: api, clock: clock)
    let application = Application(
      responder: responder, server: try server(),
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: "postern",
        availableConnectionsDelegate: Self.guarded.available(quiet)),
      logger: quiet)
    do { try await GracefulServing.run(application, logger: quiet) } catch {
      throw APIServerProblem(
        "the API is not served: "
          + ServingFault.words(error, at: "\(address.host):\(address.port)"))
    }
  }

  private static let guarded = GuardedHTTP(
    connectionsMax: connectionsMax, idleMilliseconds: idleMilliseconds,
    requestMilliseconds: requestMilliseconds, headBytesMax: headBytesMax)

  private func server() throws -> HTTPServerBuilder {
    let http = Self.guarded.http1()
    return try ServerCertificate(
      certificateFile: address.certificateFile, keyFile: address.keyFile)?.secured(http) ?? http
  }
}

/// Why the API is not served.
public struct APIServerProblem: Error, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }
}

/// Hands requests to the API.
struct APIResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let api: PlatformAPI
  let clock: @Sendable () -> Int64

  func respond(to request: Request, context: Context) async throws -> Response {
    var body: [UInt8] = []
    do {
      body = Array(try await request.body.collect(upTo: APILimits.bodyBytesMax).readableBytesView)
    } catch is NIOTooManyBytesError {
      return Self.response(
        APIReply(APIProblem(.tooLarge, "the body has more than \(APILimits.bodyBytesMax) bytes")))
    }
    var headers: [String: String] = [:]
    for field in request.headers {
      let name = field.name.canonicalName
      headers[name] = headers[name].map { "\($0), \(field.value)" } ?? field.value
    }
    let asked = APIRequest(
      method: request.method.rawValue, path: request.uri.path,
      query: request.uri.queryParameters.map { (String($0.key), String($0.value)) },
      headers: headers, body: body)
    if let page = PlatformPage.reply(asked) { return Self.response(page) }
    return Self.response(await api.answer(asked, at: clock()))
  }

  private static func response(_ reply: APIReply) -> Response {
    var headers: HTTPFields = [.cacheControl: "no-store"]
    headers[.contentType] = reply.contentType
    for (name, value) in reply.headers {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return Response(
      status: .init(code: reply.status), headers: headers,
      body: reply.body.isEmpty
        ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
  }
}
