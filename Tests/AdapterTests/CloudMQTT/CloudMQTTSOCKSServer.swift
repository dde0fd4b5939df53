import Foundation
import Glibc
import Synchronization

/// A SOCKS5 server (RFC 1928) that admits one client and takes it to the broker, whatever name it
/// asks for. With a password it wants that of the user `door` (RFC 1929).
final class SOCKSServer: Sendable {
  private struct State {
    var asked: String?
    var sockets: [Int32] = []
  }

  let port: Int
  private let listener: Int32
  private let password: String?
  private let brokerPort: Int
  private let state = Mutex(State())

  /// `name:port` that the client asked for.
  var asked: String? { state.withLock { $0.asked } }

  init(password: String?, brokerPort: Int) throws {
    self.password = password
    self.brokerPort = brokerPort
    (listener, port) = try RawMQTT.listener()
    Thread.detachNewThread { [self] in try? serve() }
  }

  func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    for socket in state.withLock({ $0.sockets }) { shutdown(socket, Int32(SHUT_RDWR)) }
  }

  private func serve() throws {
    defer { close(listener) }
    let client = RawMQTT(descriptor: accept(listener, nil, nil))
    state.withLock { $0.sockets.append(client.descriptor) }
    let greeting = try client.read(2)
    let methods = try client.read(Int(greeting[1]))
    let method: UInt8 = password == nil ? 0 : 2
    guard methods.contains(method) else { return try client.write([5, 0xFF]) }
    try client.write([5, method])
    if let password {
      let user = try client.read(Int(try client.read(2)[1]))
      let word = try client.read(Int(try client.read(1)[0]))
      let isRight = user == Array("door".utf8) && word == Array(password.utf8)
      try client.write([1, isRight ? 0 : 1])
      guard isRight else { return }
    }
    // CONNECT to a name.
    guard try client.read(4) == [5, 1, 0, 3] else { return }
    let name = try client.read(Int(try client.read(1)[0]))
    let number = try client.read(2)
    let text = String(decoding: name, as: UTF8.self)
    state.withLock { $0.asked = "\(text):\(Int(number[0]) << 8 | Int(number[1]))" }
    let broker = RawMQTT(descriptor: try RawMQTT.socketOnLoopback())
    guard
      RawMQTT.withLoopback(port: brokerPort, { connect(broker.descriptor, $0, $1.pointee) }) == 0
    else { return }
    state.withLock { $0.sockets.append(broker.descriptor) }
    try client.write([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])
    Thread.detachNewThread { Self.copy(broker, to: client) }
    Self.copy(client, to: broker)
  }

  private static func copy(_ source: RawMQTT, to sink: RawMQTT) {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(source.descriptor, &bytes, bytes.count, 0)
      guard count > 0, (try? sink.write(Array(bytes[..<count]))) != nil else { break }
    }
    shutdown(source.descriptor, Int32(SHUT_RDWR))
    shutdown(sink.descriptor, Int32(SHUT_RDWR))
  }
}
