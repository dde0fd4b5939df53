import Foundation

/// A program started by a test. Foundation's `Process` notices an end by a socket that every
/// program started meanwhile inherits, and so not before those end too; `waitpid` does.
final class ChildProcess {
  let identifier: pid_t
  private var status: Int32?

  struct SpawnFailure: Error { var path: String, code: Int32 }

  /// Standard input and output are files; output is appended.
  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    input: String = "/dev/null", output: String = "/dev/null", errors: String = "/dev/null"
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let append = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, append, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, append, 0o600)
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

  /// Waits for the end; the exit status, or the signal's number below zero.
  @discardableResult
  func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
    let signal = raw & 0x7F
    let status = signal == 0 ? raw >> 8 & 0xFF : -signal
    self.status = status
    return status
  }

  /// The exit status, or the signal's number below zero; nil while it runs after so long.
  func ended(withinSeconds seconds: Double) -> Int32? {
    let end = Date(timeIntervalSinceNow: seconds)
    var raw: Int32 = 0
    while status == nil, Date.now < end {
      if waitpid(identifier, &raw, WNOHANG) == identifier {
        let signal = raw & 0x7F
        status = signal == 0 ? raw >> 8 & 0xFF : -signal
      } else {
        usleep(20_000)
      }
    }
    return status
  }

  /// Sends a signal, if it still runs, and waits for the end.
  func end(_ signal: Int32) {
    guard status == nil else { return }
    kill(identifier, signal)
    var raw: Int32 = 0
    for _ in 0..<200 where status == nil {
      if waitpid(identifier, &raw, WNOHANG) == identifier { status = -signal; return }
      usleep(50_000)
    }
    // Ten seconds are enough for any clean end.
    kill(identifier, SIGKILL)
    wait()
  }
}
