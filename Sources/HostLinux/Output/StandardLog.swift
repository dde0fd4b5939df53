import CloudProtocol
import Foundation
public import Logging
import Synchronization

/// Log lines on standard error, for a program that must never wait for whoever reads them nor end
/// with them: a line that the reader has no room for is left out, and the next one counts those.
public struct StandardLog: CountingLog {
  /// The longest line, in bytes with its end. A pipe that is ready takes so much without a wait;
  /// `PIPE_BUF`, pipe(7).
  static let lineBytesMax = 4_096

  private let label: String
  public var logLevel = Logger.Level.info
  public var metadata: Logger.Metadata = [:]
  private let lost = LostLines()

  /// `label` is the program's name.
  public init(label: String) { self.label = label }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func noteLost(_ lines: Int) { lost.add(lines) }

  public func log(event: LogEvent) {
    let more = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
      .map { " \($0.key)=\($0.value)" }.joined()
    let cause = event.error.map { ": \($0)" } ?? ""
    let text =
      "\(Date.now.ISO8601Format()) \(event.level) \(label): \(event.message)\(cause)\(more)"
    lost.put(Array(text.printable.utf8.prefix(Self.lineBytesMax - 1)) + [10])
  }
}

/// Writes lines, and counts those that nobody took.
private final class LostLines: Sendable {
  private let count = Mutex(0)

  func add(_ lines: Int) { count.withLock { $0 += lines } }

  func put(_ line: [UInt8]) {
    // One writer at a time: two lines at once could be more than the reader has room for.
    count.withLock { lost in
      guard lost == 0 || write(Array("(\(lost) lines of the log are lost)\n".utf8)) else {
        lost += 1
        return
      }
      lost = write(line) ? 0 : 1
    }
  }

  private func write(_ line: [UInt8]) -> Bool {
    guard StandardStream.errors.isReady(waitMilliseconds: 0) else { return false }
    do throws(OutputFailure) {
      try StandardStream.errors.write(line)
      return true
    } catch { return false }
  }
}
