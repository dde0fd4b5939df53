import Foundation
import StoreSQLite

/// Commits to a full event log, and beside them what the disk itself takes.
struct CommitScenario: Scenario {
  let name = "commit"

  func measure(in place: BenchPlace) throws -> [Figure] {
    let folder = try place.preparedState("commit")
    defer { place.discard(folder) }
    let log = try EventDatabase(folder: folder)
    var next = 0
    func commit(_ events: Int, rounds: Int) throws -> (milliseconds: [Double], bytes: [Double]) {
      var bytes: [Double] = []
      let times = try (0..<rounds).map { round in
        place.progress.step("\(events) at once, \(round) of \(rounds)")
        let drafts = (next..<next + events).map { PreparedState.draft($0) }
        next += events
        let before = try OwnProcess.bytesWritten()
        let start = Stopwatch.now
        keep(try log.append(drafts))
        let time = Double(Stopwatch.now - start) / 1e6
        bytes.append(Double(try OwnProcess.bytesWritten() - before))
        return time
      }
      return (times, bytes)
    }
    let one = try commit(1, rounds: 500)
    let burst = try commit(100, rounds: 100)
    return [
      try BenchDisk.syncFigure(in: folder),
      Figure("commit of one event", unit: "ms", of: one.milliseconds),
      Figure("commit of one event, written", unit: "bytes", of: one.bytes),
      Figure("commit of 100 events", unit: "ms", of: burst.milliseconds),
      Figure("commit of 100 events, written", unit: "bytes", of: burst.bytes),
    ]
  }
}

/// The disk below the databases, without them.
enum BenchDisk {
  /// An append of 4 KiB with fdatasync: the least that any commit takes.
  static func syncFigure(in folder: String, samples: Int = 300) throws -> Figure {
    let path = "\(folder)/sync-probe"
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw LabFailure("\(path): \(String(cString: strerror(errno)))") }
    defer {
      close(file)
      unlink(path)
    }
    let page = [UInt8](repeating: 0x5A, count: 4_096)
    let times = try Stopwatch.each(samples) { _ in
      guard write(file, page, page.count) == page.count, fdatasync(file) == 0 else {
        throw LabFailure("\(path): \(String(cString: strerror(errno)))")
      }
    }
    return Figure("the disk: 4 KiB and fdatasync", unit: "ms", of: times.map { $0 / 1e6 })
  }
}

/// What the kernel says of this process.
enum OwnProcess {
  /// Bytes passed to write calls so far.
  static func bytesWritten() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/io", encoding: .utf8)
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("wchar:") }),
      let bytes = Int(line.dropFirst("wchar: ".count))
    else { throw LabFailure("/proc/self/io has no wchar") }
    return bytes
  }
}
