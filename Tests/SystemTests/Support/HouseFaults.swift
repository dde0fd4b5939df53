import ChildProcesses
import CoreModels
import Foundation

/// A disk and a clock that fail on command under the daemon: `Tests/Lab/faults/faults.c`, preloaded.
final class HouseFaults {
  private let orders: String
  private let library: String
  private let state: String

  struct NotBuilt: Error { var errors: String }

  /// Builds the library into the world's folder; the daemon loads it from its next start on.
  init(_ world: DoorWorld) throws {
    orders = world.folder.path + "/orders"
    library = world.folder.path + "/faults.so"
    state = world.folder.path + "/state"
    let source = Repository.file("Tests/Lab/faults/faults.c").path()
    let errors = world.folder.path + "/faults.err"
    // Swift brings clang, Debian's build-essential cc.
    for compiler in ["clang", "cc"] {
      let child = try ChildProcess(
        "/usr/bin/env",
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"],
        errors: errors)
      if child.wait() == 0 { break }
    }
    guard FileManager.default.fileExists(atPath: library) else {
      throw NotBuilt(errors: (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
    }
    try order("")
    world.daemonEnvironment = [
      "LD_PRELOAD": library, "FAULTS_FOLDER": state, "FAULTS_ORDERS": orders,
    ]
  }

  /// Orders what fails from now on, in the C file's syntax; an empty text ends all failures.
  func order(_ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: orders), options: .atomic)
  }
}
