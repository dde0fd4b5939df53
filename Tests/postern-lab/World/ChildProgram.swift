import ChildProcesses
import Foundation
import Glibc

/// A child process, with figures of the kernel about it. It is killed with this value.
final class ChildProgram {
  private let process: ChildProcess
  var id: Int32 { process.identifier }

  /// `arguments` begin with the program's path; `environment` is added to this one's.
  init(
    _ arguments: [String], input: String = "/dev/null", output: String = "/dev/null",
    environment: [String: String] = [:]
  ) throws {
    process = try ChildProcess(
      arguments[0], Array(arguments.dropFirst()), environment: environment, input: input,
      output: output, errors: output)
  }

  deinit { kill() }

  /// The exit status; -1 when a signal ended it.
  @discardableResult
  func waitForExit() -> Int32 { max(process.wait(), -1) }

  /// The exit status as ``waitForExit()`` gives it; nil while it runs.
  func poll() -> Int32? { process.poll().map { max($0, -1) } }

  /// Sends a signal, and kills the program when it outlives its time.
  func end(with signal: Int32, patienceSeconds: Double) -> Int32 {
    process.end(signal, patienceSeconds: patienceSeconds)
    return waitForExit()
  }

  /// As a service manager stops it.
  func stop() { process.end(SIGTERM, patienceSeconds: 90) }

  func kill() { process.end(SIGKILL) }

  // MARK: Figures of the kernel

  /// A line of /proc/PID/status in bytes, such as `VmRSS` and its highest, `VmHWM`.
  func memoryBytes(_ field: String) throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(field):") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
        Double($0)
      })
    else { throw LabFailure("process \(id) has no \(field)") }
    return kilobytes * 1_024
  }

  /// Seconds of processor time so far.
  func processorSeconds() throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
    // The name, in parentheses, may hold anything.
    guard let end = text.lastIndex(of: ")") else { throw LabFailure("no stat of \(id)") }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw LabFailure("no times in the stat of \(id)")
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
