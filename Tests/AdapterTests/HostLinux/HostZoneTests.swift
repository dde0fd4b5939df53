import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import HostLinux

@Suite("Host: time zones from the system's tzdata (B4)")
struct HostZoneTests {
  /// A folder of zone files of this test's own.
  private func folder() throws -> String {
    let path = "/tmp/postern-zones-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: path + "/Europe", withIntermediateDirectories: true)
    return path
  }

  @Test("B4: Berlin is an hour ahead in winter and two in summer")
  func berlin() throws {
    let rules = try SystemZones().rules(for: "Europe/Berlin")
    // 2026-01-15 12:00 and 2026-07-15 12:00, UTC.
    #expect(rules.offsetSeconds(at: WallInstant(secondsSince1970: 1_768_478_400)) == 3_600)
    #expect(rules.offsetSeconds(at: WallInstant(secondsSince1970: 1_784_116_800)) == 7_200)
  }

  @Test("B4: the files in the folder decide, so that upgrading tzdata updates the door")
  func folderDecides() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(
      atPath: "/usr/share/zoneinfo/Asia/Tokyo", toPath: folder + "/Europe/Berlin")
    let rules = try SystemZones(folder: folder).rules(for: "Europe/Berlin")
    #expect(rules.offsetSeconds(at: WallInstant(secondsSince1970: 1_768_478_400)) == 9 * 3_600)
  }

  @Test(
    "B4: a name that is no zone is refused before any file is opened",
    arguments: [
      "", "/", "..", "../etc/passwd", "Europe/../../../etc/passwd", "/etc/passwd", "Europe/",
      "Europe//Berlin", "./Europe/Berlin", "Europe/.hidden", "Europe/Ber lin", "Europe/Berl\u{0}in",
      "Europe/Berlín", String(repeating: "a", count: 65),
    ])
  func badNames(_ name: String) throws {
    let error = #expect(throws: PortError.self) { try SystemZones().rules(for: name) }
    #expect(error?.code == .invalid)
  }

  @Test("B4: the error for an unknown zone names it, and what to do")
  func unknown() throws {
    let error = #expect(throws: PortError.self) { try SystemZones().rules(for: "Europe/Narnia") }
    #expect(error?.code == .unavailable)
    #expect(error?.description.contains("Europe/Narnia") == true)
    #expect(error?.description.contains("tzdata") == true)
  }

  @Test("B4 F3: a folder, a text and a zone cut in half are damaged files, and are named")
  func damaged() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin"))
    try Data("CET".utf8).write(to: URL(filePath: folder + "/Text"))
    try whole.prefix(whole.count / 2).write(to: URL(filePath: folder + "/Half"))
    try Data().write(to: URL(filePath: folder + "/Empty"))
    for name in ["Europe", "Text", "Half", "Empty"] {
      let error = #expect(throws: PortError.self) {
        try SystemZones(folder: folder).rules(for: name)
      }
      #expect(error?.code == .damaged, "\(name)")
      #expect(error?.detail.contains(folder + "/" + name) == true, "\(name)")
    }
  }

  @Test("B4: a file larger than any zone is refused, and no more of it is read")
  func tooLarge() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin"))
    try (whole + Data(count: SystemZones.fileBytesMax)).write(to: URL(filePath: folder + "/Big"))
    let error = #expect(throws: PortError.self) {
      try SystemZones(folder: folder).rules(for: "Big")
    }
    #expect(error?.code == .damaged)
    #expect(error?.detail.contains("\(SystemZones.fileBytesMax)") == true)
  }
}
