import CoreModels
import DoorPorts
import Foundation

extension FuzzTarget {
  /// Values of rows replaced by any others, of any type: numbers at the ends of their range, texts
  /// that were numbers, JSON with other numbers in it. The daemon's shell starts with the files and
  /// serves; nothing may crash, and what cannot be used is named.
  static let damagedRows = FuzzTarget(
    "damaged-rows", "rows of cache and event log with any values, and a door that starts with them",
    bytesMax: 9, seeds: { (0..<8).map { [UInt8(truncatingIfNeeded: $0 * 37), 1, 2, 3] } },
    make: {
      let rows = try DamagedRows()
      return { bytes in
        let seed = bytes.reduce(UInt64(1_469_598_103)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        try rows.run(seed: seed)
      }
    })
}

/// Starts doors with databases whose rows were damaged, one round after the other.
public final class DamagedRows {
  private let template: RowTemplate
  private let folder: ScratchFolder
  private var rounds = 0

  /// What the rounds so far did.
  public struct Tally: Sendable {
    /// Rows of which at least one value was replaced.
    public var rows = 0
    /// Values that were replaced.
    public var values = 0
    /// Files that a start found damaged and moved aside.
    public var moved = 0
    /// Troubles that a status named.
    public var troubles = 0
    /// Cards that opened although their rows may be damaged, and those that did not.
    public var opened = 0
    public var refused = 0
  }

  public private(set) var tally = Tally()

  public init() throws {
    folder = try ScratchFolder()
    template = try RowTemplate(folder: "\(folder.path)/template")
  }

  /// One round. Equal seeds damage the same values.
  public func run(seed: UInt64) throws {
    rounds += 1
    let place = "\(folder.path)/\(rounds)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    try template.copy(to: place)
    var random = Xorshift(seed: seed)
    let damage = RowDamage(guide: template.guide)
    for file in template.guide.files {
      let done = try damage.harm(file, in: place, &random)
      tally.rows += done.rows
      tally.values += done.values
    }
    // What one start repaired or wrote anew, the next one reads.
    for _ in 0..<2 {
      let door = try RowDoor(folder: place, &random)
      tally.moved += door.moved
      try door.serve(&random)
      tally.troubles += door.troubles
      tally.opened += door.opened
      tally.refused += door.refused
      door.end()
    }
  }
}
