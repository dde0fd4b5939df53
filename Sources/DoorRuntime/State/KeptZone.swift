import CloudProtocol

/// The rules of the time zone in force as persisted beside the events, for the case that the cache is
/// lost and the system no longer has them: the zone's name, a zero, and the file.
enum KeptZone {
  static func bytes(of zone: CompiledZone) -> [UInt8] { Array(zone.name.utf8) + [0] + zone.bytes }

  /// Nil for anything that ``bytes(of:)`` did not make.
  static func zone(_ bytes: [UInt8]) -> CompiledZone? {
    guard let end = bytes.firstIndex(of: 0) else { return nil }
    return try? CompiledZone(
      name: String(decoding: bytes[..<end], as: UTF8.self), bytes: Array(bytes[(end + 1)...]))
  }
}
