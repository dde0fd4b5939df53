import ConsoleProtocol
import DoorPorts
import Foundation
import HostLinux

/// Files as a compressed archive, made by the system's tar.
struct SupportArchive {
  let files: [(name: String, text: String)]

  /// Throws for a file that is there, unless it is to be replaced.
  func write(to path: String, replaces: Bool) throws {
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appendingPathComponent("postern-\(UUID().uuidString)")
    let inner = folder.appendingPathComponent("postern-support")
    try manager.createDirectory(
      at: inner, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? manager.removeItem(at: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: inner.appendingPathComponent(name))
    }
    let archive = folder.appendingPathComponent("archive").path
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/tar")
    tar.arguments = [
      "--create", "--gzip", "--owner=0", "--group=0", "--mode=u=rw,go=", "--file=\(archive)",
      "--directory=\(folder.path)", "postern-support",
    ]
    try tar.run()
    tar.waitUntilExit()
    guard tar.terminationStatus == 0 else {
      throw ConsoleProblem(.unavailable, "tar could not make the archive")
    }
    let bytes = Array(try Data(contentsOf: URL(filePath: archive)))
    do throws(PortError) { try NewFile.write(bytes, to: path, replaces: replaces) } catch {
      throw ConsoleProblem(.unavailable, error.detail)
    }
  }
}
