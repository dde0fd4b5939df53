import Foundation

/// A program that a test or a measurement starts. Foundation's `Process` notices an end by a socket
/// that every program started meanwhile inherits, and so not before those end too; `waitpid` does.
public final class ChildProcess {
  public let identifier: Int32
  private var status: Int32?

  public struct SpawnFailure: Error, CustomStringConvertible {
    public var path: String
    public var code: Int32
    public var description: String { "\(path) did not start: \(String(cString: strerror(code)))" }
  }

  /// Where a program reads from or writes to.
  public enum Stream: Sendable {
    /// Output is appended.
    case file(String)
    /// One of this process's descriptors, which stays open here.
    case descriptor(Int32)
  }

  /// Starts the program at `path`; `environment` is added to this process's.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    input: Stream, output: Stream, errors: Stream
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in [input, output, errors].enumerated() {
      let number = Int32(number)
      let mode = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND
      switch stream {
      case .file(let path):
        posix_spawn_file_actions_addopen(&actions, number, path, mode, 0o600)
      case .descriptor(let descriptor):
        posix_spawn_file_actions_adddup2(&actions, descriptor, number)
      }
    }
    // The threads of the tests block signals; the program must not inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for word in words + settings { free(word) } }
    var started: pid_t = 0
    let code = posix_spawn(&started, path, &actions, &attributes, &words, &settings)
    guard code == 0 else { throw SpawnFailure(path: path, code: code) }
    identifier = started
  }

  /// The same with files; output is appended.
  public convenience init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    input: String = "/dev/null", output: String = "/dev/null", errors: String = "/dev/null"
  ) throws {
    try self.init(
      path, arguments, environment: environment, input: .file(input), output: .file(output),
      errors: .file(errors))
  }

  /// Waits for the end; the exit status, or the signal's number below zero.
  @discardableResult
  public func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
    return note(raw)
  }

  /// The exit status, or the signal's number below zero; nil while it runs.
  public func poll() -> Int32? {
    var raw: Int32 = 0
    if status == nil, waitpid(identifier, &raw, WNOHANG) == identifier { note(raw) }
    return status
  }

  /// The same, after at most so long.
  public func ended(withinSeconds seconds: Double) -> Int32? {
    let end = Date(timeIntervalSinceNow: seconds)
    while poll() == nil, Date.now < end { usleep(5_000) }
    return status
  }

  /// Sends a signal if it still runs, and waits for the end; after the patience it is killed.
  public func end(_ signal: Int32, patienceSeconds: Double = 10) {
    guard poll() == nil else { return }
    kill(identifier, signal)
    if ended(withinSeconds: patienceSeconds) == nil {
      kill(identifier, SIGKILL)
      wait()
    }
  }

  @discardableResult
  private func note(_ raw: Int32) -> Int32 {
    let signal = raw & 0x7F
    let status = signal == 0 ? raw >> 8 & 0xFF : -signal
    self.status = status
    return status
  }
}
