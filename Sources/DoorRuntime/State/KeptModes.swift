import CloudProtocol
import DoorRules
import Foundation

/// The modes of a door as persisted.
struct KeptModes: Codable {
  private var mode: String
  private var owner: String
  private var reason: String
  private var sinceMilliseconds: Int64
  private var untilMilliseconds: Int64?

  private init(_ entry: DoorModeEntry) {
    mode = entry.mode.rawValue
    owner = entry.owner
    reason = entry.reason
    sinceMilliseconds = entry.since.millisecondsSince1970
    untilMilliseconds = entry.until?.millisecondsSince1970
  }

  static func bytes(of modes: DoorModes) throws -> [UInt8] {
    try JSONCoding.encode(modes.all.map(KeptModes.init))
  }

  /// Persists what is ordered at a door.
  static func persist(_ modes: DoorModes, of door: DoorID) -> Wish {
    do {
      return .persist(
        StateWrite("the modes of door \(door)", .modes(door), try bytes(of: modes)))
    } catch {
      return .log(.error, "the modes of door \(door) were not kept: \(error)")
    }
  }

  /// Skips a mode that only another version has.
  static func modes(from bytes: [UInt8]) throws -> DoorModes {
    DoorModes(
      try JSONCoding.decoder().decode([KeptModes].self, from: Data(bytes)).compactMap { kept in
        DoorMode(rawValue: kept.mode).map {
          DoorModeEntry(
            mode: $0, owner: kept.owner, reason: kept.reason,
            since: WallInstant(millisecondsSince1970: kept.sinceMilliseconds),
            until: kept.untilMilliseconds.map(WallInstant.init(millisecondsSince1970:)))
        }
      })
  }
}
