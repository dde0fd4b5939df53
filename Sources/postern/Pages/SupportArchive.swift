import ConsoleProtocol
import Foundation

/// Files as a compressed archive, made by the system's tar.
struct SupportArchive {
  let files: [(name: String, text: String)]

  func write(to path: String) throws {
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appendingPathComponent("postern-\(UUID().uuidString)")
    let inner = folder.appendingPathComponent("postern-support")
    try manager.createDirectory(
      at: inner, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? manager.removeItem(at: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: inner.appendingPathComponent(name))
    }
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/tar")
    tar.arguments = [
      "--create", "--gzip", "--owner=0", "--group=0", "--mode=u=rw,go=", "--file=\(path)",
      "--directory=\(folder.path)", "postern-support",
    ]
    try tar.run()
    tar.waitUntilExit()
    guard tar.terminationStatus == 0 else {
      throw ConsoleProblem(.unavailable, "tar could not write \(path)")
    }
  }
}
