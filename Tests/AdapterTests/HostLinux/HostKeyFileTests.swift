import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import HostLinux

@Suite("Host: key files (C1, D13)")
final class HostKeyFileTests {
  private let folder = "/tmp/postern-keys-\(UUID().uuidString.prefix(8))"
  private var path: String { folder + "/device.key" }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func write(_ text: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  private func failure() -> PortError? {
    #expect(throws: PortError.self) { try KeyFile.load(path: path) }
  }

  private static let digits = String(repeating: "0f", count: 32)

  @Test("C1: a key that was written is read again; its file is 0600 whatever the umask")
  func roundTrip() throws {
    let key = (0..<32).map { UInt8($0 * 7 % 256) }
    try KeyFile.create(path: path, key: Secret(key))
    #expect(try KeyFile.load(path: path).reveal() == key)
    let file = try FileManager.default.attributesOfItem(atPath: path)
    #expect(file[.posixPermissions] as? Int == 0o600)
  }

  @Test(
    "C1: the service manager's credentials may show 0440, in their closed folder and nowhere else")
  func credentials() throws {
    try write(Self.digits, mode: 0o440)
    func opens(_ credentials: String?) -> Bool {
      (try? KeyFile.secretText(path: path, bytesMax: 256, credentials: credentials)) != nil
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
    #expect(opens(folder))
    #expect(!opens(nil) && !opens("/tmp") && !opens(folder + "/none"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    #expect(!opens(folder))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
    try write(Self.digits, mode: 0o444)
    #expect(!opens(folder))
  }

  @Test("C1: a key never overwrites another, and never has the wrong size")
  func create() throws {
    try KeyFile.create(path: path, key: Secret([UInt8](repeating: 1, count: 32)))
    let again = #expect(throws: PortError.self) {
      try KeyFile.create(path: path, key: Secret([UInt8](repeating: 2, count: 32)))
    }
    #expect(again?.code == .busy)
    #expect(try KeyFile.load(path: path).reveal() == [UInt8](repeating: 1, count: 32))
    let short = #expect(throws: PortError.self) {
      try KeyFile.create(path: folder + "/short.key", key: Secret([1, 2, 3]))
    }
    #expect(short?.code == .invalid)
    #expect(!FileManager.default.fileExists(atPath: folder + "/short.key"))
  }

  @Test(
    "C1: a file that group or others may use in any way is refused, with the command to mend it",
    arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o666, 0o644, 0o660])
  func mode(_ mode: Int) throws {
    try write(Self.digits, mode: mode)
    let error = failure()
    #expect(error?.code == .invalid)
    #expect(error?.detail.contains("chmod 600 \(path)") == true)
  }

  @Test("C1: a file above the size limit is no key")
  func length() throws {
    for most in [KeyFile.fileBytesMax, 65_536] {
      try write(String(repeating: "x", count: most))
      #expect(try KeyFile.secretText(path: path, bytesMax: most).reveal().count == most)
      try write(String(repeating: "x", count: most + 1))
      let error = portError { _ = try KeyFile.secretText(path: path, bytesMax: most) }
      #expect(error?.code == .damaged, "\(most)")
    }
    try write(Self.digits + String(repeating: "\n", count: KeyFile.fileBytesMax))
    #expect(failure()?.code == .damaged)
  }

  @Test("C1: modes 0600 and 0400 are accepted", arguments: [0o600, 0o400])
  func goodMode(_ mode: Int) throws {
    try write(Self.digits + "\n", mode: mode)
    #expect(try KeyFile.load(path: path).reveal() == [UInt8](repeating: 0x0F, count: 32))
  }

  @Test(
    "C1: what is not 64 hexadecimal digits is damage, and the error shows none of it",
    arguments: [
      "", "0f", String(repeating: "0f", count: 31), String(repeating: "0f", count: 33),
      String(repeating: "0g", count: 32), String(repeating: "+f", count: 32),
      String(repeating: "０", count: 64),
      String(repeating: "0f", count: 16) + "\n"
        + String(repeating: "0f", count: 16),
    ])
  func content(_ text: String) throws {
    try write(text)
    let error = failure()
    #expect(error?.code == .damaged)
    #expect(text.isEmpty || error?.description.contains(text) == false)
  }

  @Test("C1 F3: a missing file and a folder in its place are named")
  func missing() throws {
    #expect(failure()?.code == .unavailable)
    #expect(failure()?.description.contains(path) == true)
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    #expect(failure() != nil)
  }

  @Test("D13: a key prints as redacted")
  func redacted() throws {
    try write(Self.digits)
    let key = try KeyFile.load(path: path)
    #expect(!"\(key)".contains("15") && !String(reflecting: key).contains("15"))
  }
}
