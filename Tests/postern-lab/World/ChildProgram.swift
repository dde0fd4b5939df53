import Foundation
import Glibc

/// A child process, with figures of the kernel about it. It is killed with this value.
final class ChildProgram {
  let id: pid_t
  private var status: Int32?

  /// `arguments` begin with the program's path; `environment` is added to this one's.
  init(
    _ arguments: [String], input: String = "/dev/null", output: String = "/dev/null",
    environment: [String: String] = [:]
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Threads of this program may block what ends the child.
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      merged.map { strdup("\($0)=\($1)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var child = pid_t()
    let code = posix_spawn(&child, arguments[0], &actions, &attributes, &words, &variables)
    guard code == 0 else {
      throw LabFailure("\(arguments[0]): \(String(cString: strerror(code)))")
    }
    id = child
  }

  deinit { kill() }

  /// The exit status; -1 when a signal ended it.
  @discardableResult
  func waitForExit() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(id, &raw, 0) < 0, errno == EINTR {}
    let code = Self.code(raw)
    status = code
    return code
  }

  private static func code(_ raw: Int32) -> Int32 { raw & 0x7F == 0 ? raw >> 8 & 0xFF : -1 }

  /// The exit status of a program that ended, as ``waitForExit()`` gives it; nil while it runs.
  func poll() -> Int32? {
    if let status { return status }
    var raw: Int32 = 0
    guard waitpid(id, &raw, WNOHANG) == id else { return nil }
    status = Self.code(raw)
    return status
  }

  /// Sends a signal, and one more that cannot be ignored when the program outlives its time.
  func end(with signal: Int32, patienceSeconds: Double) -> Int32 {
    if let status { return status }
    Glibc.kill(id, signal)
    let end = Stopwatch.now + UInt64(patienceSeconds * 1e9)
    while Stopwatch.now < end {
      if let status = poll() { return status }
      usleep(2_000)
    }
    kill()
    return waitForExit()
  }

  /// Stops it like a service manager.
  func stop() { end(with: SIGTERM) }

  func kill() { end(with: SIGKILL) }

  private func end(with signal: Int32) {
    guard status == nil else { return }
    Glibc.kill(id, signal)
    waitForExit()
  }

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
