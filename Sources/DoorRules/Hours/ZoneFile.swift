/// Why bytes are not a time zone.
public struct ZoneRulesError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

extension ZoneRules {
  /// The most transitions a zone may have; the longest real one has a few hundred.
  public static let transitionsMax = 10_000

  /// Reads a compiled zone, TZif version 1 to 4, RFC 8536. Leap seconds are ignored, as in POSIX
  /// time. Throws for a file that is damaged or incomplete.
  public init(tzif bytes: [UInt8]) throws(ZoneRulesError) {
    var reader = ZoneFileReader(bytes)
    let first = try reader.header()
    if first.version == 0 {
      self = try reader.body(first, timeBytes: 4)
      return
    }
    try reader.skip(first.byteCount(timeBytes: 4))
    let second = try reader.header()
    let body = try reader.body(second, timeBytes: 8)
    guard let footer = reader.footer() else {
      throw ZoneRulesError("the footer of the zone is missing")
    }
    var tail: ZoneTail?
    if !footer.isEmpty {
      guard let parsed = ZoneTail(footer) else {
        throw ZoneRulesError("the footer of the zone is not a POSIX rule")
      }
      tail = parsed
    }
    self.init(
      transitions: body.transitions, offsets: body.offsets, initialOffset: body.initialOffset,
      tail: tail)
  }
}

/// Reads the parts of a TZif file in order.
private struct ZoneFileReader {
  struct Header {
    var version: UInt8
    var isUTCount, isStandardCount, leapCount, timeCount, typeCount, characterCount: Int

    func byteCount(timeBytes: Int) -> Int {
      timeCount * (timeBytes + 1) + typeCount * 6 + characterCount + leapCount * (timeBytes + 4)
        + isStandardCount + isUTCount
    }
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func skip(_ count: Int) throws(ZoneRulesError) {
    guard count <= bytes.count - position else {
      throw ZoneRulesError("the zone ends after \(bytes.count) bytes, in the middle")
    }
    position += count
  }

  /// A big-endian number; the first byte has the sign.
  private mutating func integer(_ size: Int) throws(ZoneRulesError) -> Int64 {
    let start = position
    try skip(size)
    let high = Int64(Int8(bitPattern: bytes[start]))
    return bytes[start + 1..<position].reduce(high) { $0 << 8 | Int64($1) }
  }

  private mutating func count(_ name: String) throws(ZoneRulesError) -> Int {
    let value = try integer(4)
    guard (0...Int64(ZoneRules.transitionsMax)).contains(value) else {
      throw ZoneRulesError("the zone says it has \(value) \(name)")
    }
    return Int(value)
  }

  mutating func header() throws(ZoneRulesError) -> Header {
    let start = position
    try skip(20)
    guard Array(bytes[start..<start + 4]) == Array("TZif".utf8) else {
      throw ZoneRulesError("not a compiled time zone: it does not begin with TZif")
    }
    return Header(
      version: bytes[start + 4], isUTCount: try count("UT indicators"),
      isStandardCount: try count("standard indicators"), leapCount: try count("leap seconds"),
      timeCount: try count("transitions"), typeCount: try count("types"),
      characterCount: try count("characters"))
  }

  mutating func body(_ header: Header, timeBytes: Int) throws(ZoneRulesError) -> ZoneRules {
    var times: [Int64] = []
    for _ in 0..<header.timeCount { times.append(try integer(timeBytes)) }
    guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw ZoneRulesError("the transitions of the zone are not in order")
    }
    let indexStart = position
    try skip(header.timeCount)
    let indexes = bytes[indexStart..<position].map(Int.init)
    var types: [Int32] = []
    for _ in 0..<header.typeCount {
      let offset = try integer(4)
      try skip(2)
      guard (-ZoneRules.farthestOffset...ZoneRules.farthestOffset).contains(offset) else {
        throw ZoneRulesError("an offset of \(offset) s is more than 26 hours")
      }
      types.append(Int32(offset))
    }
    guard let initial = types.first, indexes.allSatisfy({ $0 < types.count }) else {
      throw ZoneRulesError("a transition of the zone has no type")
    }
    try skip(
      header.characterCount + header.leapCount * (timeBytes + 4) + header.isStandardCount
        + header.isUTCount)
    return ZoneRules(
      transitions: times, offsets: indexes.map { types[$0] }, initialOffset: initial, tail: nil)
  }

  /// Between two line feeds; nil when there are none.
  mutating func footer() -> ArraySlice<UInt8>? {
    let rest = bytes[position...]
    guard rest.first == 10, let end = rest.dropFirst().firstIndex(of: 10) else { return nil }
    return rest[(rest.startIndex + 1)..<end]
  }
}
