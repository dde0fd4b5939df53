import Foundation

/// One of the programs that were built beside the tests.
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

  /// Runs to the end; environment variables are added to this process's.
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: a full pipe would stop the program.
    let folder = try TemporaryFolder()
    let output = folder.path + "/out"
    let errors = folder.path + "/err"
    for file in [output, errors] { FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    func text(_ file: String) -> String {
      String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }
    return Outcome(
      status: process.terminationStatus, output: text(output), errors: text(errors))
  }

  /// Starts and goes on; the caller ends it.
  func start(_ arguments: [String], log: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    if !FileManager.default.fileExists(atPath: log) {
      FileManager.default.createFile(atPath: log, contents: nil)
    }
    let file = FileHandle(forWritingAtPath: log)
    try file?.seekToEnd()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = file
    process.standardError = file
    try process.run()
    return process
  }
}

/// A folder that goes when its last user does.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/postern-test-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
