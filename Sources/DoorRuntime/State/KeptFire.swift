import DoorCore
import DoorRules

/// A fire alarm as persisted: when it began and, once it is over, when it ended, in milliseconds since
/// 1970 with a space between.
enum KeptFire {
  static func bytes(of span: EvacuationSpan) -> [UInt8] {
    let times = [span.began, span.ended].compactMap { $0?.millisecondsSince1970 }
    return Array(times.map(String.init).joined(separator: " ").utf8)
  }

  /// Nil for anything that ``bytes(of:)`` did not make.
  static func span(_ bytes: [UInt8]) -> EvacuationSpan? {
    let times = String(decoding: bytes, as: UTF8.self).split(separator: " ").map { Int64($0) }
    guard (1...2).contains(times.count), let began = times[0] else { return nil }
    if times.count == 2, times[1] == nil { return nil }
    return EvacuationSpan(
      began: WallInstant(millisecondsSince1970: began),
      ended: times.count == 2 ? times[1].map { WallInstant(millisecondsSince1970: $0) } : nil)
  }
}
