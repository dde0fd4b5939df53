import CLinux
import Glibc

/// Which network the machine is on.
enum NetworkFacts {
  /// The first interface that is up and not the loopback, with its IPv4 address.
  static func firstAddress() -> (name: String, address: String)? {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return nil }
    defer { freeifaddrs(list) }
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      let flags = Int32(bitPattern: entry.ifa_flags)
      guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_LOOPBACK) == 0,
        let address = entry.ifa_addr, Int32(address.pointee.sa_family) == AF_INET
      else { continue }
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      guard
        getnameinfo(
          address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      else { continue }
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      return (String(cString: entry.ifa_name), String(decoding: bytes, as: UTF8.self))
    }
    return nil
  }

  /// `SIOCGIWESSID` of linux/wireless.h.
  private static let requestNetworkName: UInt = 0x8B1B
  /// Longest name of a wireless network, in bytes.
  private static let networkNameBytesMax = 32

  /// The name of the wireless network; nil when there is none, or the driver does not report it.
  static func wifiName(of interface: String) -> String? {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0, interface.utf8.count < 16 else { return nil }
    defer { close(descriptor) }
    var name = [UInt8](repeating: 0, count: networkNameBytesMax)
    // struct iwreq: 16 bytes of interface, then a pointer, a length and flags.
    var request = [UInt8](repeating: 0, count: 32)
    for (index, byte) in interface.utf8.enumerated() { request[index] = byte }
    let code = name.withUnsafeMutableBytes { buffer in
      request.withUnsafeMutableBytes { bytes in
        bytes.storeBytes(
          of: UInt(bitPattern: buffer.baseAddress), toByteOffset: 16, as: UInt.self)
        bytes.storeBytes(
          of: UInt16(networkNameBytesMax), toByteOffset: 16 + MemoryLayout<UInt>.size,
          as: UInt16.self)
        return postern_ioctl(descriptor, requestNetworkName, bytes.baseAddress)
      }
    }
    let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    return code == 0 && !text.isEmpty ? text : nil
  }
}
