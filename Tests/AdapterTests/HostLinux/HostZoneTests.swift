import CloudProtocol
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
    let rules = try SystemZones().zone(named: "Europe/Berlin").rules
    // 2026-01-15 12:00 and 2026-07-15 12:00, UTC.
    #expect(rules.offsetSeconds(at: WallInstant(secondsSince1970: 1_768_478_400)) == 3_600)
    #expect(rules.offsetSeconds(at: WallInstant(secondsSince1970: 1_784_116_800)) == 7_200)
  }

  @Test("B4: a zone that counts leap seconds, or is a copy, is refused though its file is there")
  func noPlace() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["right/Europe/Berlin", "posix/Europe/Berlin", "localtime", "Factory"] {
      let path = "\(folder)/\(name)"
      try FileManager.default.createDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path,
        withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: "/usr/share/zoneinfo/Asia/Tokyo", toPath: path)
      let error = #expect(throws: PortError.self) {
        try SystemZones(folder: folder).zone(named: name)
      }
      #expect(error?.code == .invalid && error?.detail.contains(name) == true)
    }
  }

  @Test("B4: the files in the folder decide, so that upgrading tzdata updates the door")
  func folderDecides() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(
      atPath: "/usr/share/zoneinfo/Asia/Tokyo", toPath: folder + "/Europe/Berlin")
    let rules = try SystemZones(folder: folder).zone(named: "Europe/Berlin").rules
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
    let error = #expect(throws: PortError.self) { try SystemZones().zone(named: name) }
    #expect(error?.code == .invalid)
  }

  @Test("B4: the error for an unknown zone names it, and what to do")
  func unknown() throws {
    let error = #expect(throws: PortError.self) { try SystemZones().zone(named: "Europe/Narnia") }
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
        try SystemZones(folder: folder).zone(named: name)
      }
      #expect(error?.code == .damaged, "\(name)")
      #expect(error?.detail.contains(folder + "/" + name) == true, "\(name)")
    }
  }

  @Test("B2: an old name without a file has the rules of the name that tzdata links it to")
  func oldNames() throws {
    let folder = try ZoneFolder()
    try folder.place("Europe/Kyiv", as: "Europe/Kyiv")
    try folder.place("Europe/Kyiv", as: "Europe/Copied")
    try folder.write(
      "# version 2026a\nL Europe/Kyiv Europe/Kiev\nL Europe/Kiev Old/Older\nL Gone/Gone Old/Lost\n"
        + "L Europe/Kyiv Europe/Copied\nL Etc/UTC UTC\nL ../../etc/passwd Old/Evil\n"
        + "L Old/Round Old/Robin\nL Old/Robin Old/Round\n", to: "tzdata.zi")
    try folder.write("# countries\nUA\t+5026+03031\tEurope/Copied\tsame\n", to: "zone.tab")
    let zones = folder.zones
    let kyiv = try zones.zone(named: "Europe/Kyiv")
    for old in ["Europe/Kiev", "Old/Older"] {
      let zone = try zones.zone(named: old)
      #expect(zone.name == old && zone.rules == kyiv.rules && zone.bytes == kyiv.bytes)
      #expect(zones.currentName(of: old) == "Europe/Kyiv")
    }
    // Of a table of countries, usual, or no link at all: nothing to say.
    for current in ["Europe/Copied", "UTC", "Europe/Kyiv", "Europe/Narnia"] {
      #expect(zones.currentName(of: current) == nil)
    }
    for lost in ["Old/Lost", "Old/Evil", "Old/Round", "Europe/Narnia"] {
      #expect(throws: PortError.self) { try zones.zone(named: lost) }
    }
  }

  @Test("B2: this machine's own lists say that US/Eastern is America/New_York")
  func machine() throws {
    #expect(SystemZones().currentName(of: "US/Eastern") == "America/New_York")
    for current in ["Europe/Berlin", "Europe/Stockholm", "UTC", "America/New_York"] {
      #expect(SystemZones().currentName(of: current) == nil)
    }
  }

  @Test("B2: a name that is wrong in upper and lower case only is told with the right one")
  func otherCase() throws {
    for (written, meant) in [
      ("europe/berlin", "write Europe/Berlin"), ("EUROPE/Berlin", "write Europe/Berlin"),
      ("us/eastern", "write US/Eastern"), ("Europe/Narnia", "install or upgrade tzdata"),
    ] {
      let error = #expect(throws: PortError.self) { try SystemZones().zone(named: written) }
      #expect(error?.detail.hasSuffix(meant) == true, "\(written)")
    }
  }

  @Test("B4: a file larger than any zone is refused, and no more of it is read")
  func tooLarge() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin"))
    try (whole + Data(count: CompiledZone.bytesMax)).write(to: URL(filePath: folder + "/Big"))
    let error = #expect(throws: PortError.self) {
      try SystemZones(folder: folder).zone(named: "Big")
    }
    #expect(error?.code == .damaged)
    #expect(error?.detail.contains("\(CompiledZone.bytesMax)") == true)
  }
}
