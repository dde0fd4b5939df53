import Foundation
import Synchronization

/// Ports of the loopback interface for the programs that a test starts.
public enum LoopbackPort {
  public struct NoneFree: Error, CustomStringConvertible {
    public var description: String { "no port of \(range) is free on the loopback interface" }
  }

  /// Below the ports that Linux gives to outgoing connections (32768 and above): a connection of
  /// another test could take one of those before the program listens.
  private static let range = 12_000..<32_000
  /// Starts anywhere, so that two runs of the tests side by side seldom meet.
  private static let next = Mutex(Int.random(in: range))

  /// A port that nobody listens at now, and that this process gets once.
  public static func free() throws(NoneFree) -> Int {
    for _ in range {
      let port = next.withLock { next in
        next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
        return next
      }
      if isFree(port) { return port }
    }
    throw NoneFree()
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_ANY).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
