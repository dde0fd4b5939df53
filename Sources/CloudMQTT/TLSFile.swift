import DoorPorts
import Glibc

/// A file of certificates or of a key, before the library reads it by itself.
enum TLSFile {
  /// Throws for a file that cannot be read; for a pipe or a device, for which the library would wait
  /// for ever; and for one that begins with a byte order mark, in which it would only report that it
  /// finds no certificate.
  static func check(_ file: String) throws(PortError) {
    let operation = "read TLS file \(file)"
    guard access(file, R_OK) == 0 else {
      throw PortError(
        .unavailable, operation: operation, detail: String(cString: strerror(errno)))
    }
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PortError(.invalid, operation: operation, detail: "it is not a file; name the file")
    }
    var start: [UInt8] = [0, 0, 0]
    guard read(descriptor, &start, start.count) == start.count else { return }
    let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]]
    if marks.contains(where: { start.starts(with: $0) }) {
      throw PortError(
        .damaged, operation: operation,
        detail: "it begins with a byte order mark; save it as UTF-8 without one")
    }
  }
}
