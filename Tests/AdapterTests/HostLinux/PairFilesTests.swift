import CoreModels
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import Testing

@Suite("The daemon's own pairs for the broker are whole files, for its owner alone (D12, E5)")
struct PairFilesTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/pairs-\(UUID())"

  @Test("a pair on trial takes the place of the present one in one step; nothing else is left")
  func adopt() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = PairFiles(folder: folder + "/inner")
    #expect(files.read(.current) == nil)
    try files.write(Secret("old"), to: .current)
    try files.write(Secret("new"), to: .next)
    try files.write(Secret("newer"), to: .next)
    try files.adopt()
    #expect(files.read(.current)?.reveal() == "newer" && files.read(.next) == nil)
    #expect(throws: PortError.self) { try files.adopt() }
    #expect(files.read(.current)?.reveal() == "newer")
    let rights = try FileManager.default.attributesOfItem(atPath: files.path(.current))
    #expect(rights[.posixPermissions] as? Int == 0o600)
    try files.remove(.current)
    try files.remove(.current)
    #expect(files.read(.current) == nil)
  }

  @Test("131,072 bytes are read, one more is not")
  func size() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = PairFiles(folder: folder)
    try files.write(Secret(String(repeating: "x", count: 131_072)), to: .next)
    #expect(files.read(.next) != nil)
    try files.write(Secret(String(repeating: "x", count: 131_073)), to: .next)
    #expect(files.read(.next) == nil)
  }
}
