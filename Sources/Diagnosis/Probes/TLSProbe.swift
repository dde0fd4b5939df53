import DoorPorts
import DoorRules
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// One handshake with the broker, and if it fails a second one without verification, to find out
/// why.
struct TLSProbe: Sendable {
  let host: String
  let port: Int
  let files: NetworkProbe.TLSFiles

  func result(at now: WallInstant) async -> NetworkFacts.Result {
    let context: NIOSSLContext
    do { context = try makeContext() } catch {
      return .failed(.other("the files of cloud.tls cannot be used: \(error)"))
    }
    let name = SocketName.isAddress(host) ? nil : host
    let failure = await handshake {
      try NIOSSLClientHandler(context: context, serverHostname: name)
    }
    guard let failure else { return .done("TLS is up, and the broker's certificate is good") }
    if let extra = failure as? NIOSSLExtraError,
      extra == .failedToValidateHostname || extra == .serverHostnameImpossibleToMatch
    {
      return .failed(.wrongName("\(extra)"))
    }
    // The library does not report which certificate is at fault.
    let seen = Shown()
    let second = await handshake {
      try NIOSSLClientHandler(
        context: context, serverHostname: name,
        customVerificationCallback: { certificates, promise in
          seen.store(certificates)
          promise.succeed(.certificateVerified)
        })
    }
    guard let leaf = seen.certificates.first else {
      return .failed(.other(Self.words(second ?? failure)))
    }
    let seconds = now.secondsSince1970
    if Int64(leaf.notValidAfter) < seconds || Int64(leaf.notValidBefore) > seconds {
      let days = (seconds - Int64(leaf.notValidAfter)) / 86_400
      return .failed(
        .expired(
          days >= 0 ? "it expired \(days) days ago" : "it is not valid yet, or the clock is wrong"))
    }
    // Without the check of the chain the handshake works: the chain is at fault.
    if second == nil || Self.words(failure).contains("CERTIFICATE_VERIFY_FAILED") {
      return .failed(.unknownAuthority("another authority signed it"))
    }
    return .failed(.other(Self.words(failure)))
  }

  /// Throws for a pipe or a device: the library would wait for it for ever.
  private static func check(_ file: String) throws(PortError) {
    var status = stat()
    guard stat(file, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
    throw PortError(.invalid, operation: "read \(file)", detail: "it is not a file; name the file")
  }

  private func makeContext() throws -> NIOSSLContext {
    for file in [files.caFile, files.certificateFile, files.keyFile].compactMap(\.self) {
      try Self.check(file)
    }
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .file(files.caFile)
    if let certificate = files.certificateFile, let key = files.keyFile {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate)
        .map { .certificate($0) }
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
    }
    // With TLS 1.3 a broker demands a client certificate only after the handshake.
    configuration.maximumTLSVersion = .tlsv12
    if SocketName.isAddress(host) {
      configuration.certificateVerification = .noHostnameVerification
    }
    return try NIOSSLContext(configuration: configuration)
  }

  /// Nil when the handshake was made.
  private func handshake(
    _ make: @escaping @Sendable () throws -> NIOSSLClientHandler
  ) async -> (any Error)? {
    do {
      let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
      let channel: any Channel
      do {
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
          .connectTimeout(.milliseconds(Int64(NetworkProbe.connectionMilliseconds)))
          .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
              try channel.pipeline.syncOperations.addHandler(make())
              try channel.pipeline.syncOperations.addHandler(HandshakeWaiter(promise))
            }
          }
          .connect(host: host, port: port).get()
      } catch {
        promise.fail(error)
        return error
      }
      let late = channel.eventLoop.scheduleTask(
        in: .milliseconds(Int64(NetworkProbe.connectionMilliseconds))
      ) { promise.fail(ChannelError.connectTimeout(.milliseconds(0))) }
      defer { late.cancel() }
      try await promise.futureResult.get()
      channel.close(promise: nil)
      return nil
    } catch {
      return error
    }
  }

  private static func words(_ error: any Error) -> String {
    if case NIOSSLError.handshakeFailed(let cause) = error { return "\(cause)" }
    return NetworkProbe.words(error)
  }
}

/// Certificates that a broker has shown.
private final class Shown: Sendable {
  private let stored = Mutex<[NIOSSLCertificate]>([])

  var certificates: [NIOSSLCertificate] { stored.withLock { $0 } }
  func store(_ certificates: [NIOSSLCertificate]) { stored.withLock { $0 = certificates } }
}

/// Completes a promise at the end of a handshake.
private final class HandshakeWaiter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let promise: EventLoopPromise<Void>

  init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { promise.succeed() }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}

/// Names and addresses.
enum SocketName {
  /// True for an address of either family.
  static func isAddress(_ text: String) -> Bool {
    (try? SocketAddress(ipAddress: text, port: 0)) != nil
  }
}
