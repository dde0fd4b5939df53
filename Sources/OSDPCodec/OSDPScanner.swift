/// Finds packets in what a line brings. It keeps at most one packet's bytes.
public struct OSDPScanner: Sendable {
  /// A packet with its bytes, since the MAC is over these.
  public struct Found: Sendable, Hashable {
    public var frame: OSDPFrame
    public var bytes: [UInt8]
  }

  private var bytes: [UInt8] = []
  /// Bytes before a start byte that belong to no packet: noise, or a wrong speed. 0xFF, with which a
  /// driver is switched on, does not count. Never more than a packet's.
  public private(set) var strayBytes = 0

  public init() {}

  /// Whether a packet has begun and is not complete.
  public var isWithinPacket: Bool { !bytes.isEmpty }

  /// Takes what the line brought. After a fault it looks for the next start byte behind that of the bad
  /// packet, so that a flipped length costs no second packet.
  public mutating func take(_ more: some Sequence<UInt8>) -> [Result<Found, OSDPFrameFault>] {
    bytes += more
    var results: [Result<Found, OSDPFrameFault>] = []
    while dropStray(), bytes.count >= 4 {
      let length = Int(UInt16(littleEndianBytes: bytes[2..<4]))
      guard (7...OSDPFrame.bytesMax).contains(length) else {
        results.append(.failure(length < 7 ? .tooShort : .tooLong))
        bytes.removeFirst()
        continue
      }
      guard bytes.count >= length else { break }
      let packet = Array(bytes.prefix(length))
      do throws(OSDPFrameFault) {
        results.append(.success(Found(frame: try OSDPFrame(parsing: packet), bytes: packet)))
        bytes.removeFirst(length)
      } catch {
        results.append(.failure(error))
        bytes.removeFirst()
      }
    }
    return results
  }

  /// Forgets a packet that did not come whole, and what it counted.
  public mutating func reset() { self = OSDPScanner() }

  /// Drops what stands before the next start byte; false when nothing is left.
  private mutating func dropStray() -> Bool {
    let count = bytes.firstIndex(of: OSDPFrame.start) ?? bytes.count
    if count > 0 {
      let stray = bytes[..<count].lazy.filter { $0 != 0xFF }.count
      strayBytes = min(strayBytes + stray, OSDPFrame.bytesMax)
      bytes.removeFirst(count)
    }
    return !bytes.isEmpty
  }
}
