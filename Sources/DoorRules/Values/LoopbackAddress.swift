/// An address that never leaves the machine: `::1`, or IPv4's 127.0.0.0/8 (RFC 1122, 3.2.1.3).
public enum LoopbackAddress {
  /// False for a name, which may stand for any machine, whatever it begins with.
  public static func matches(_ text: String) -> Bool {
    if text == "::1" { return true }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        (1...3).contains(part.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
          && UInt8(part) != nil
      }
  }
}
