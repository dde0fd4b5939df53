public import DoorPorts
public import DoorRules
import Foundation
import Glibc

/// Keys in files that only their owner may read: 32 bytes as 64 hexadecimal digits.
public enum KeyFile {
  public static let keyBytes = 32

  /// Throws when the file is missing, readable by others, or not a key.
  public static func load(path: String) throws(PortError) -> Secret<[UInt8]> {
    let operation = "read key \(path)"
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw PortError(
        .unavailable, operation: operation, detail: String(cString: strerror(errno)))
    }
    guard status.st_mode & 0o077 == 0 else {
      throw PortError(
        .invalid, operation: operation, detail: "others may read it; run: chmod 600 \(path)")
    }
    guard let data = FileManager.default.contents(atPath: path),
      let key = decode(String(decoding: data, as: UTF8.self))
    else {
      throw PortError(
        .damaged, operation: operation, detail: "a key is 64 hexadecimal digits")
    }
    return Secret(key)
  }

  /// Makes a file for a key that must not be there yet; it is on disk when this returns.
  public static func create(path: String, key: Secret<[UInt8]>) throws(PortError) {
    let operation = "create key \(path)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else {
      throw PortError(
        errno == EEXIST ? .busy : .inputOutput, operation: operation,
        detail: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    let digits = key.reveal().map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    let text = Array((digits.joined() + "\n").utf8)
    guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
      throw PortError(
        .inputOutput, operation: operation, detail: String(cString: strerror(errno)))
    }
  }

  private static func decode(_ text: String) -> [UInt8]? {
    let digits = Array(text.trimmingCharacters(in: .whitespacesAndNewlines).utf8)
    guard digits.count == keyBytes * 2 else { return nil }
    var key: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else { return nil }
      key.append(byte)
    }
    return key
  }
}
