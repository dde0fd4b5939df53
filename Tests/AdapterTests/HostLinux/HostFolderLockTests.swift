import DoorPorts
import Foundation
import Testing

@testable import HostLinux

@Suite("Host: one daemon for one folder (F2, D7)")
struct HostFolderLockTests {
  private func lock(_ folder: String, program: String = "posternd") -> FolderLock {
    FolderLock(folder: folder, program: program, advice: "stop that one")
  }

  @Test("D7: a folder is locked once; it is free again when its holder is gone")
  func once() throws {
    let folder = "/tmp/postern-lock-\(UUID().uuidString.prefix(8))/state"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var first: FolderLock? = lock(folder)
    try first?.take()
    try first?.take()
    let second = lock(folder)
    #expect(throws: PortError.self) { try second.take() }
    do throws(PortError) { try second.take() } catch {
      #expect(error.code == .busy)
      #expect(error.description.contains(folder))
      #expect(error.detail == "another posternd uses it, process \(getpid()); stop that one")
    }
    // Each program has a lock of its own.
    try lock(folder, program: "posterncloud").take()
    first = nil
    try second.take()
    let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions]
    #expect(mode as? Int == 0o700)
  }

  @Test("F3: a folder that cannot be locked now can be tried again")
  func later() throws {
    let folder = "/tmp/postern-lock-\(UUID().uuidString.prefix(8))"
    try Data().write(to: URL(filePath: folder))
    let lock = lock(folder)
    let error = #expect(throws: PortError.self) { try lock.take() }
    #expect(error?.code == .unavailable)
    try FileManager.default.removeItem(atPath: folder)
    try lock.take()
    try FileManager.default.removeItem(atPath: folder)
  }
}
