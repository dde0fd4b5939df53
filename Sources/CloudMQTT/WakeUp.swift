import DoorPorts
import Glibc

/// Ends a `poll` of another thread: a pipe that holds at most a few bytes.
final class WakeUp: Sendable {
  /// Readable while there is a signal.
  let descriptor: Int32
  private let writer: Int32

  init() throws(PortError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw PortError(
        .unavailable, operation: "make a pipe", detail: String(cString: strerror(errno)))
    }
    descriptor = ends[0]
    writer = ends[1]
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  func signal() {
    // Fails only when the pipe is full, and then the sleeper wakes anyway.
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }

  func clear() {
    var bytes: (UInt64, UInt64) = (0, 0)
    while read(descriptor, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
  }

  /// Sleeps until a signal comes, or the time is over; then false.
  @discardableResult
  func wait(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let count = poll(&entry, 1, milliseconds)
    clear()
    return count > 0
  }
}
