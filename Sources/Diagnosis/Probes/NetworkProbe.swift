import Dispatch
import Glibc
import NIOCore
import NIOPosix
public import DoorRules

/// Connects to the broker step by step, as the link does, and reports each step.
public struct NetworkProbe: Sendable {
  /// After this time a name counts as one that cannot be resolved.
  public static let resolutionMilliseconds = 3_000
  /// After this time a connection, or a TLS handshake, counts as failed.
  public static let connectionMilliseconds = 3_000

  /// Files of TLS, as the settings name them.
  public struct TLSFiles: Sendable, Hashable {
    public var caFile: String
    public var certificateFile: String?
    public var keyFile: String?

    public init(caFile: String, certificateFile: String?, keyFile: String?) {
      self.caFile = caFile
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  private let host: String
  private let port: Int
  private let tls: TLSFiles?

  public init(host: String, port: Int, tls: TLSFiles?) {
    self.host = host
    self.port = port
    self.tls = tls
  }

  /// At most about ten seconds. `address` is this machine's, with its interface.
  public func facts(address: String?, at now: WallInstant) async -> NetworkFacts {
    var facts = NetworkFacts(host: host, port: port)
    facts.address = address
    facts.route = Self.route(of: Self.text("/proc/net/route") ?? "")
    let host = host
    let resolved = await Deadline.of(
      milliseconds: Self.resolutionMilliseconds,
      late: NetworkFacts.Step.failed("no answer within \(Self.resolutionMilliseconds) ms")
    ) { Self.resolve(host) }
    facts.resolution = resolved
    guard case .done = resolved else { return facts }
    let channel: any Channel
    let began = DispatchTime.now().uptimeNanoseconds
    do {
      channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connectTimeout(.milliseconds(Int64(Self.connectionMilliseconds)))
        .connect(host: host, port: port).get()
    } catch {
      facts.connection = .failed(Self.words(error))
      return facts
    }
    let milliseconds = (DispatchTime.now().uptimeNanoseconds - began) / 1_000_000
    facts.connection = .done(" in \(milliseconds) ms")
    // The probe is over: an error means only that the other side has closed already.
    try? await channel.close()
    if let tls { facts.tls = await TLSProbe(host: host, port: port, files: tls).result(at: now) }
    return facts
  }

  static func words(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { words($0.error) } ?? "the name has no address"
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case is ChannelError: "no answer in time"
    default: "\(error)"
    }
  }

  private static func resolve(_ host: String) -> NetworkFacts.Step {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else { return .failed(String(cString: gai_strerror(code))) }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ai_next
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      guard
        getnameinfo(
          entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
          == 0
      else { continue }
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      addresses.append(String(decoding: bytes, as: UTF8.self))
    }
    return .done(addresses.joined(separator: ", "))
  }

  /// The default route in the kernel's table; https://docs.kernel.org/networking/proc_net_tcp.html has the form of
  /// its addresses: hexadecimal, in the machine's order.
  static func route(of table: String) -> NetworkFacts.Step {
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
      guard fields.count > 7, fields[1] == "00000000", fields[7] == "00000000",
        let gateway = UInt32(fields[2], radix: 16)
      else { continue }
      let bytes = (0..<4).map { String(gateway >> (8 * $0) & 0xFF) }
      return .done("gateway \(bytes.joined(separator: ".")) by \(fields[0])")
    }
    return .failed("there is no default route")
  }

  static func text(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
