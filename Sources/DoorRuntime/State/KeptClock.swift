import DoorCore
import DoorRules

/// The door's own time as persisted beside its watermark: its milliseconds since 1970, the steady
/// clock's nanoseconds, who vouched for it, and the machine's boot.
enum KeptClock {
  static func bytes(of own: ClockMemory.Own) -> [UInt8] {
    let numbers = "\(own.wall.millisecondsSince1970) \(own.at.nanoseconds)"
    return Array("\(numbers) \(own.by.rawValue) \(own.boot)".utf8)
  }

  /// Nil for anything that ``bytes(of:)`` did not make.
  static func own(_ bytes: [UInt8]) -> ClockMemory.Own? {
    let words = String(decoding: bytes, as: UTF8.self)
      .split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard words.count == 4, let wall = Int64(words[0]), let steady = UInt64(words[1]),
      let source = ClockSource(rawValue: words[2])
    else { return nil }
    return ClockMemory.Own(
      wall: WallInstant(millisecondsSince1970: wall), at: MonotonicInstant(nanoseconds: steady),
      by: source, boot: words[3])
  }

  /// What to persist, in one commit. Nothing while nothing is known: what is on the disk stays.
  static func values(of memory: ClockMemory) -> [StateKey: [UInt8]?] {
    guard let mark = memory.mark else { return [:] }
    let own: [UInt8]? = memory.own.map(bytes(of:))
    return [.clockWatermark: ClockWatermark.bytes(of: mark), .clockOwn: own]
  }
}
