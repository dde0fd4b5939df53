import Dispatch
import Foundation
import HostLinux

/// Reads every line of standard input and answers every line, in order.
struct LineRun {
  /// The longest line that is read, in bytes.
  static let lineBytesMax = 1_048_576
  /// How much is read at once.
  static let chunkBytes = 4_194_304
  /// The most threads.
  static let workersMax = 8
  /// Fewer lines than this are not worth a thread.
  static let linesPerWorkerMin = 64

  /// `makeAnswerer` is called once per thread.
  static func run<Answerer: LineAnswerer>(_ makeAnswerer: () -> Answerer) throws {
    let count = min(max(ProcessInfo.processInfo.activeProcessorCount, 1), workersMax)
    let workers = (0..<count).map { _ in LineWorker(makeAnswerer()) }
    var rest: [UInt8] = []
    var isSkipping = false
    var buffer = [UInt8](repeating: 0, count: chunkBytes)
    while true {
      let got = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if got < 0 {
        if errno == EINTR { continue }
        throw DryRunFailure("standard input cannot be read: \(String(cString: strerror(errno)))")
      }
      let isEnd = got == 0
      rest.append(contentsOf: buffer[..<got])
      if isEnd, !rest.isEmpty, rest.last != UInt8(ascii: "\n") { rest.append(10) }
      let end = rest.lastIndex(of: 10).map { $0 + 1 } ?? 0
      if end > 0 {
        var whole = Array(rest[..<end])
        rest.removeFirst(end)
        if isSkipping, let first = whole.firstIndex(of: 10) {
          whole.removeFirst(first + 1)
          isSkipping = false
        }
        answer(whole, workers)
      }
      if rest.count > lineBytesMax {
        if !isSkipping { Output.raw(LineWorker<Answerer>.tooLong) }
        isSkipping = true
        rest.removeAll(keepingCapacity: true)
      }
      if isEnd { return }
    }
  }

  private static func answer<Answerer>(
    _ bytes: [UInt8], _ workers: [LineWorker<Answerer>]
  ) {
    var found: [Range<Int>] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: 10) {
      found.append(start..<end)
      start = end + 1
    }
    let lines = found
    let busy = min(workers.count, max(1, lines.count / linesPerWorkerMin))
    let share = (lines.count + busy - 1) / busy
    DispatchQueue.concurrentPerform(iterations: busy) { index in
      let mine = lines[min(index * share, lines.count)..<min((index + 1) * share, lines.count)]
      workers[index].answer(mine, of: bytes)
    }
    for worker in workers[..<busy] { Output.raw(worker.output) }
  }
}
