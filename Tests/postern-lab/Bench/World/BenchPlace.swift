import Foundation
import DoorPorts
import StoreSQLite

/// How large the worlds are.
struct BenchSizes {
  var credentials: Int
  var events: Int
  var backlog: Int
  var controllers: Int
}

/// Where a run works: a temporary folder, the programs, and the progress line.
final class BenchPlace {
  let sizes: BenchSizes
  let folder: String
  /// Where `posternd` and the other programs are.
  let programs: String
  let progress = Progress()
  private var number = 0
  private var prepared: String?

  init(sizes: BenchSizes) throws {
    self.sizes = sizes
    programs =
      URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().path
    folder =
      FileManager.default.temporaryDirectory
      .appending(path: "postern-bench-\(UUID().uuidString.prefix(8))").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func remove() {
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      progress.note("cannot remove \(folder): \(error)")
    }
  }

  /// A new, empty folder.
  func newFolder(_ name: String) throws -> String {
    number += 1
    let path = "\(folder)/\(number)-\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  func discard(_ path: String) {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      progress.note("cannot remove \(path): \(error)")
    }
  }

  /// A copy of a full-size state folder, as after years of service. The cloud lacks the events of an
  /// outage, or none.
  func preparedState(_ name: String, isAcknowledged: Bool = false) throws -> String {
    let source: String
    if let prepared {
      source = prepared
    } else {
      source = try newFolder("prepared")
      try PreparedState.make(in: source, sizes: sizes, progress: progress)
      prepared = source
    }
    let copy = try newFolder(name)
    for file in try FileManager.default.contentsOfDirectory(atPath: source) {
      try FileManager.default.copyItem(atPath: "\(source)/\(file)", toPath: "\(copy)/\(file)")
    }
    if isAcknowledged {
      let log = try EventDatabase(folder: copy)
      try log.acknowledge(through: try log.position().last)
    }
    // Flush now, so that the disk is idle during the measurement.
    sync()
    return copy
  }

  func program(_ name: String) throws -> String {
    let path = "\(programs)/\(name)"
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw LabFailure("\(path) is missing; run Tests/Lab/bench, which builds it")
    }
    return path
  }
}

/// Reports progress on standard error: one changing line on a terminal, a line for each step
/// elsewhere.
final class Progress {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let started = ContinuousClock.now
  private var title = ""

  func begin(_ title: String) {
    self.title = title
    show("")
    if !isTerminal { write("[\(seconds) s] \(title)\n") }
  }

  /// Shows a step of the current scenario.
  func step(_ text: String) { show(text) }

  func note(_ text: String) { write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n") }

  func end() { if isTerminal { write("\r\u{1B}[K") } }

  private var seconds: Int { Int((ContinuousClock.now - started) / .seconds(1)) }

  private func show(_ text: String) {
    if isTerminal { write("\r\u{1B}[K[\(seconds) s] \(title) \(text)") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
