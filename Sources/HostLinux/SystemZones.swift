public import CloudProtocol
public import DoorPorts
import DoorRules
import Foundation

/// Time zones from the system's tzdata, so that upgrading that package updates the door.
public struct SystemZones: ZoneSource {
  /// The most bytes that are read of the lists of names; they have about 110,000.
  static let listBytesMax = 1_048_576
  /// The most links that are followed from one name.
  private static let linksMax = 4
  /// Links by tzdata's own list, but what everybody writes.
  private static let usualNames: Set = ["UTC", "GMT"]

  private let folder: String

  public init(folder: String = "/usr/share/zoneinfo") { self.folder = folder }

  public func zone(named name: String) throws(PortError) -> CompiledZone {
    let operation = "read time zone \"\(name.prefix(ZoneRules.nameBytesMax))\""
    guard ZoneRules.isName(name) else {
      throw PortError(.invalid, operation: operation, detail: "an IANA name is like Europe/Berlin")
    }
    if let fault = ZoneRules.fault(ofName: name) {
      throw PortError(.invalid, operation: operation, detail: fault)
    }
    if let zone = try file(name, as: name, operation) { return zone }
    // The file of an old name may be in a package of its own that is not installed.
    if let target = target(of: name), let zone = try file(target, as: name, operation) {
      return zone
    }
    throw PortError(
      .unavailable, operation: operation,
      detail: "\(folder)/\(name) cannot be read; "
        + (otherCase(of: name).map { "write \($0)" } ?? "install or upgrade tzdata"))
  }

  /// The zone whose name differs in upper and lower case only, by tzdata's own list.
  private func otherCase(of name: String) -> String? {
    let wanted = name.lowercased()
    for line in lines("tzdata.zi") {
      // `Z Europe/Berlin 0:53:28 - LMT`, `L America/New_York US/Eastern`
      let columns = line.split(separator: " ", maxSplits: 3)
      guard columns.count > 2 else { continue }
      let zone = columns[0] == "Z" ? columns[1] : columns[0] == "L" ? columns[2] : ""
      if zone.lowercased() == wanted { return String(zone) }
    }
    return nil
  }

  public func currentName(of name: String) -> String? {
    guard !Self.usualNames.contains(name), let target = target(of: name) else { return nil }
    // Names of the table of countries are current, also where they share the rules of another.
    let isCurrent = lines("zone.tab").contains { line in
      let columns = line.split(separator: "\t")
      return columns.count >= 3 && columns[2] == name
    }
    return isCurrent ? nil : target
  }

  /// Nil when there is no such file.
  private func file(
    _ path: String, as name: String, _ operation: String
  ) throws(PortError) -> CompiledZone? {
    let path = "\(folder)/\(path)"
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    do {
      let data = try file.read(upToCount: CompiledZone.bytesMax + 1) ?? Data()
      return try CompiledZone(name: name, bytes: Array(data))
    } catch {
      throw PortError(.damaged, operation: operation, detail: "\(path): \(error)")
    }
  }

  /// The zone that a name is linked to by tzdata's list; nil for a name that is no link.
  private func target(of name: String) -> String? {
    let lines = lines("tzdata.zi")
    var target: String?
    for _ in 0..<Self.linksMax {
      let next: String = target ?? name
      // `L America/New_York US/Eastern`
      guard let line = lines.first(where: { $0.hasPrefix("L ") && $0.hasSuffix(" \(next)") })
      else { break }
      target = line.split(separator: " ").dropFirst().first.map(String.init)
    }
    guard let target, ZoneRules.isName(target) else { return nil }
    return target
  }

  /// None of a file that cannot be read.
  private func lines(_ list: String) -> [Substring] {
    guard let file = FileHandle(forReadingAtPath: "\(folder)/\(list)") else { return [] }
    defer { try? file.close() }
    let data = (try? file.read(upToCount: Self.listBytesMax)) ?? Data()
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
  }
}
