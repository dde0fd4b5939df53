import DoorPorts
import Foundation
import HostLinux

/// A folder like `/usr/share/zoneinfo` of one test, whose files it changes; removed with it.
final class ZoneFolder: Sendable {
  let path: String

  /// With these zones of the machine, under their own names.
  init(_ names: String...) throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-zones-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in names { try place(name, as: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var zones: SystemZones { SystemZones(folder: path) }

  /// The machine's rules of `name`, as those of `other`; at once, as a package manager does it.
  func place(_ name: String, as other: String) throws {
    try write(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")), to: other)
  }

  func write(_ text: String, to file: String) throws { try write(Data(text.utf8), to: file) }

  private func write(_ data: Data, to file: String) throws {
    let file = URL(filePath: "\(path)/\(file)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file, options: .atomic)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }
}
