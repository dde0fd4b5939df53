import ChildProcesses
import Foundation

/// A program that was built beside the tests.
struct BuiltProgram {
  let path: String

  init(_ name: String) {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    path = tests.deletingLastPathComponent().appending(path: name).path()
  }

  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs it to its end; `environment` is added to this process's.
  func run(
    _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null"
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let output = folder.path + "/out"
    let errors = folder.path + "/err"
    let child = try ChildProcess(
      path, arguments, environment: environment, input: input, output: output, errors: errors)
    let status = child.wait()
    func text(_ file: String) -> String {
      String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }
    return Outcome(status: status, output: text(output), errors: text(errors))
  }

  /// Starts it in the background; the caller ends it.
  func start(
    _ arguments: [String], environment: [String: String] = [:], log: String
  ) throws -> ChildProcess {
    try ChildProcess(path, arguments, environment: environment, output: log, errors: log)
  }
}

/// A folder that is removed with its last user.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/postern-test-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
