import CloudProtocol
import DoorCore
import DoorRules
import Foundation

/// The modes of a door as persisted.
struct KeptModes: Codable {
  private var mode: String
  private var owner: String
  private var reason: String
  private var sinceMilliseconds: Int64
  /// The end in civil time; earlier versions persisted only this.
  private var untilMilliseconds: Int64?
  /// What was left when this was written, and when that was; without a time if the clock was not
  /// trusted then.
  private var remainingMilliseconds: Int?
  private var savedAtMilliseconds: Int64?

  private init(_ entry: DoorModeEntry, at now: Moment) {
    mode = entry.mode.rawValue
    owner = entry.owner
    reason = entry.reason
    sinceMilliseconds = entry.since.millisecondsSince1970
    guard let end = entry.end else { return }
    let span = KeptSpan(until: end.at, at: now)
    untilMilliseconds = end.shown.millisecondsSince1970
    remainingMilliseconds = span.remainingMilliseconds
    savedAtMilliseconds = span.savedAt?.millisecondsSince1970
  }

  static func bytes(of modes: DoorModes, at now: Moment) throws -> [UInt8] {
    try JSONCoding.encode(
      modes.all.filter { $0.holds(at: now.monotonic) }.map { KeptModes($0, at: now) })
  }

  /// Persists what is ordered at a door.
  static func persist(_ modes: DoorModes, of door: DoorID, at now: Moment) -> Wish {
    do {
      return .persist(
        StateWrite("the modes of door \(door)", .modes(door), try bytes(of: modes, at: now)))
    } catch {
      return .log(.error, "the modes of door \(door) were not kept: \(error)")
    }
  }

  /// Skips a mode that only another version has, and one that is over by ``DoorCore/TimedSpan``; of an office mode
  /// that is over the door still tells.
  static func modes(from bytes: [UInt8], at now: Moment) throws -> DoorModes {
    DoorModes(
      try JSONCoding.decoder().decode([KeptModes].self, from: Data(bytes)).compactMap {
        $0.entry(at: now)
      })
  }

  private func entry(at now: Moment) -> DoorModeEntry? {
    guard let mode = DoorMode(rawValue: mode) else { return nil }
    var entry = DoorModeEntry(
      mode: mode, owner: owner, reason: reason,
      since: WallInstant(millisecondsSince1970: sinceMilliseconds))
    guard let span else { return entry }
    let left = span.remainingMilliseconds(
      of: mode.holdsOpen ? .modeOpen : .modeClosed, at: now)
    // The door tells how an office mode ended, this one by its end.
    guard left > 0 || mode == .office else { return nil }
    entry.end = ModeEnd(
      at: now.monotonic.advanced(byMilliseconds: left),
      shown: now.wall.advanced(byMilliseconds: Int64(left)))
    return entry
  }

  /// The rest of the mode; nil for one without an end.
  private var span: KeptSpan? {
    if let remainingMilliseconds {
      return KeptSpan(
        remainingMilliseconds: remainingMilliseconds,
        savedAt: savedAtMilliseconds.map(WallInstant.init(millisecondsSince1970:)))
    }
    // An earlier version wrote it when it was ordered, by a clock that it may have trusted wrongly.
    guard let untilMilliseconds else { return nil }
    let since = WallInstant(millisecondsSince1970: sinceMilliseconds)
    let whole = WallInstant(millisecondsSince1970: untilMilliseconds).milliseconds(since: since)
    return KeptSpan(remainingMilliseconds: Int(clamping: whole), savedAt: since)
  }
}
