import Glibc

/// One of the two streams that a program writes to. Neither Foundation's handles nor `print` will
/// do: the one dies of a full disk, the other does not notice it.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case errors = 2

  /// Prepares a program's streams; call it first. A reader that goes away is then an error of the
  /// write and not a signal. A stream that is closed stays unusable, and no file that is opened
  /// later takes its number: otherwise a log line could land in a database.
  public static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    for number in Int32(0)...2 where fcntl(number, F_GETFD) < 0 {
      // The lowest free number is this one, since the loop begins at 0.
      _ = open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes all of it, and waits where the reader is slow.
  public func write(_ bytes: some Collection<UInt8>) throws(OutputFailure) {
    let bytes = Array(bytes)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        Glibc.write(rawValue, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      // The terminal or pipe was given to us as one that does not wait.
      case EAGAIN: _ = isReady(waitMilliseconds: -1)
      default: throw OutputFailure(code: errno)
      }
    }
  }

  /// True when a short write would not wait.
  func isReady(waitMilliseconds: Int32) -> Bool {
    var wanted = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    return poll(&wanted, 1, waitMilliseconds) > 0
  }
}

/// Why a stream does not take what a program has to say.
public struct OutputFailure: Error, CustomStringConvertible, Equatable {
  /// From `errno`.
  public var code: Int32

  /// True when whoever read has had enough, as `head` has: that is no failure of the program.
  public var isReaderGone: Bool { code == EPIPE }

  public var description: String {
    "standard output cannot be written: \(String(cString: strerror(code)))"
  }
}
