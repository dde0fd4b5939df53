/// The offsets of one time zone as a value: read from the system's tzdata by an adapter, so that
/// upgrading that package changes the door, and no decision reads a file.
public struct ZoneRules: Sendable, Hashable {
  /// The most seconds that a zone may be from UTC, either way; RFC 8536 allows nearly 26 hours.
  static let farthestOffset: Int64 = 93_600

  /// Moments at which the offset changes, seconds since 1970, ascending.
  let transitions: [Int64]
  /// `offsets[i]` holds from `transitions[i]` on, in seconds east of UTC.
  let offsets: [Int32]
  /// Holds before the first transition.
  let initialOffset: Int32
  /// The rule after the last transition; nil keeps the last offset.
  let tail: ZoneTail?

  init(transitions: [Int64], offsets: [Int32], initialOffset: Int32, tail: ZoneTail?) {
    self.transitions = transitions
    self.offsets = offsets
    self.initialOffset = initialOffset
    self.tail = tail
  }

  /// Coordinated universal time.
  public static let utc = ZoneRules(transitions: [], offsets: [], initialOffset: 0, tail: nil)

  /// The longest name of a zone, in bytes.
  public static let nameBytesMax = 64

  /// True for text that can be the name of a zone, such as `Europe/Berlin`: words of ASCII between
  /// slashes, none of which begins with a dot.
  public static func isName(_ text: String) -> Bool {
    text.utf8.count <= nameBytesMax
      && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { word in
        !word.isEmpty && word.first != "."
          && word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
              UInt8(ascii: "."), UInt8(ascii: "_"):
              true
            default: false
            }
          }
      }
  }

  /// Why a name of tzdata is not that of a facility's time zone; nil for one that can be. `right/` counts
  /// leap seconds, so its clock is 27 s beside everybody's; the others are copies of a zone, or of
  /// whatever the machine has set.
  public static func fault(ofName name: String) -> String? {
    for (folder, why) in [
      ("right/", "counts leap seconds, and is beside everybody's clock"),
      ("posix/", "is a copy of another"),
    ] where name.hasPrefix(folder) {
      return "\(name) \(why); write \(name.dropFirst(folder.count))"
    }
    guard ["posixrules", "localtime", "Factory"].contains(name) else { return nil }
    return "\(name) is no place's time zone; write one such as Europe/Berlin"
  }

  /// Seconds east of UTC at a moment.
  public func offsetSeconds(at instant: WallInstant) -> Int {
    let seconds = instant.secondsSince1970
    guard !transitions.isEmpty, seconds < transitions[transitions.count - 1] else {
      if let tail { return tail.offsetSeconds(atUTC: seconds) }
      return Int(offsets.last ?? initialOffset)
    }
    // The number of transitions at or before the moment.
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return Int(low == 0 ? initialOffset : offsets[low - 1])
  }

  /// Local time at a moment, limited to the years that documents can contain, 0000 to 9999.
  public func civil(at instant: WallInstant) -> CivilMoment {
    let local = instant.secondsSince1970 + Int64(offsetSeconds(at: instant))
    return CivilMoment(localSeconds: min(max(local, -62_167_219_200), 253_402_300_799))
  }
}
