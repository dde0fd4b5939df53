public import DoorPorts
public import DoorRules
import Foundation

/// Time zones from the system's tzdata, so that upgrading that package updates the door.
public struct SystemZones: ZoneSource {
  /// The largest zone file, in bytes.
  public static let fileBytesMax = 1_048_576

  private let folder: String

  public init(folder: String = "/usr/share/zoneinfo") { self.folder = folder }

  public func rules(for identifier: String) throws(PortError) -> ZoneRules {
    let operation = "read time zone \"\(identifier.prefix(64))\""
    let parts = identifier.split(separator: "/", omittingEmptySubsequences: false)
    let isName = parts.allSatisfy { part in
      !part.isEmpty && part.first != "."
        && part.utf8.allSatisfy { byte in
          switch byte {
          case 48...57, 65...90, 97...122, 43, 45, 46, 95: true
          default: false
          }
        }
    }
    guard identifier.utf8.count <= 64, isName else {
      throw PortError(.invalid, operation: operation, detail: "an IANA name is like Europe/Berlin")
    }
    let path = "\(folder)/\(identifier)"
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw PortError(
        .unavailable, operation: operation, detail: "\(path) cannot be read; install tzdata")
    }
    defer { try? file.close() }
    do {
      let data = try file.read(upToCount: Self.fileBytesMax + 1) ?? Data()
      guard data.count <= Self.fileBytesMax else {
        throw PortError(
          .damaged, operation: operation,
          detail: "\(path) has more than \(Self.fileBytesMax) bytes")
      }
      return try ZoneRules(tzif: Array(data))
    } catch let error as PortError {
      throw error
    } catch {
      throw PortError(.damaged, operation: operation, detail: "\(path): \(error)")
    }
  }
}
