import Foundation
import Glibc
import Synchronization

/// A TCP socket on the loopback interface with MQTT's packets on it, without a library that would
/// mind what it sends.
struct RawMQTT: Sendable {
  let descriptor: Int32

  struct Failure: Error { var what: String }

  static func socketOnLoopback() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(what: "socket") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  static func withLoopback<Value>(
    port: Int, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Value
  ) -> Value {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
    }
  }

  /// A socket that listens, and its port.
  static func listener() throws -> (descriptor: Int32, port: Int) {
    let listener = try socketOnLoopback()
    let port = withLoopback(port: 0) { address, size -> UInt16? in
      guard bind(listener, address, size.pointee) == 0, listen(listener, 1) == 0,
        getsockname(listener, address, size) == 0
      else { return nil }
      return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        UInt16(bigEndian: $0.pointee.sin_port)
      }
    }
    guard let port else { throw Failure(what: "listen") }
    return (listener, Int(port))
  }

  /// A client of the broker at `port`, admitted.
  static func client(port: Int) throws -> RawMQTT {
    let raw = RawMQTT(descriptor: try socketOnLoopback())
    guard withLoopback(port: port, { connect(raw.descriptor, $0, $1.pointee) }) == 0 else {
      throw Failure(what: "connect")
    }
    // MQTT 5, a clean start, a minute of keep-alive, no properties, the id "raw".
    try raw.send(0x10, [0, 4] + Array("MQTT".utf8) + [5, 2, 0, 60, 0, 0, 3] + Array("raw".utf8))
    guard try raw.receive().type == 0x20 else { throw Failure(what: "no CONNACK") }
    return raw
  }

  /// Publishes with QoS 0.
  func publish(_ topic: String, _ payload: [UInt8]) throws {
    try send(0x30, [0, UInt8(topic.utf8.count)] + Array(topic.utf8) + [0] + payload)
  }

  func send(_ first: UInt8, _ body: [UInt8]) throws {
    var length = body.count
    var bytes = [first]
    repeat {
      bytes.append(UInt8(length & 0x7F) | (length > 0x7F ? 0x80 : 0))
      length >>= 7
    } while length > 0
    try write(bytes + body)
  }

  func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(what: "send") }
      sent += count
    }
  }

  /// The next packet: its first byte's upper half, and what follows the length.
  func receive() throws -> (type: UInt8, body: [UInt8]) {
    let first = try read(1)[0]
    var length = 0
    var shift = 0
    while true {
      let byte = Int(try read(1)[0])
      length |= (byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    return (first & 0xF0, try read(length))
  }

  func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let more = bytes[got...].withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress, $0.count, 0)
      }
      guard more > 0 else { throw Failure(what: "the end") }
      got += more
    }
    return bytes
  }
}

/// A broker that admits one client, reads everything and acknowledges only what it is told to.
final class SilentBroker: Sendable {
  private struct State {
    var client: RawMQTT?
    var connect: [UInt8] = []
    var messages: [[UInt8]] = []
    var acknowledged = 0
    var pings = 0
  }

  let port: Int
  private let listener: Int32
  private let state = Mutex(State())

  /// What followed the length of the client's first packet.
  var connect: [UInt8] { state.withLock { $0.connect } }
  var arrived: Int { state.withLock { $0.messages.count } }
  var pings: Int { state.withLock { $0.pings } }

  init() throws {
    (listener, port) = try RawMQTT.listener()
    Thread.detachNewThread { [self] in serve() }
  }

  /// Ends the client's connection and the thread.
  func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    if let client = state.withLock({ $0.client }) {
      shutdown(client.descriptor, Int32(SHUT_RDWR))
    }
  }

  /// Acknowledges the oldest message that is not.
  func acknowledgeOne() throws {
    let next = state.withLock { state -> (RawMQTT, [UInt8])? in
      guard let client = state.client, state.acknowledged < state.messages.count else { return nil }
      state.acknowledged += 1
      return (client, state.messages[state.acknowledged - 1])
    }
    guard let (client, id) = next else { throw RawMQTT.Failure(what: "nothing to acknowledge") }
    try client.send(0x40, id)
  }

  private func serve() {
    defer { close(listener) }
    let accepted = accept(listener, nil, nil)
    guard accepted >= 0 else { return }
    let client = RawMQTT(descriptor: accepted)
    state.withLock { $0.client = client }
    // The descriptor stays open: `end()` may still name it. It goes with the process.
    while let packet = try? client.receive() {
      switch packet.type {
      case 0x10:
        state.withLock { $0.connect = packet.body }
        try? client.send(0x20, [0, 0, 0])
      case 0x30:
        let topic = Int(packet.body[0]) << 8 | Int(packet.body[1])
        state.withLock { $0.messages.append(Array(packet.body[(2 + topic)..<(4 + topic)])) }
      case 0xC0:
        state.withLock { $0.pings += 1 }
        try? client.send(0xD0, [])
      default: break
      }
    }
  }
}
