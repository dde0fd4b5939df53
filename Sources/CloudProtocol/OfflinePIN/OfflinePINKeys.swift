import Crypto
public import DoorRules
import Foundation

/// The keys from which offline PINs are computed: a controller has them for all of its doors, a
/// front desk for the doors that it serves.
///
/// The file has a line for each key: `DOOR KEYID FROMHOUR HEX`. `DOOR` is `*` for the controller's
/// own key, from which each door's is derived; `HEX` is 32 bytes. A window belongs to the newest
/// key whose `FROMHOUR` (hours since 1970) is not after the window's start, so that keys change
/// without a visit and no window has a second code.
public struct OfflinePINKeys: Sendable {
  /// The largest file, in bytes.
  public static let fileBytesMax = 1_048_576
  /// The most lines of a file.
  public static let linesMax = 4_096
  /// Names the algorithm in every authenticated text.
  static let version = "postern-offline-pin-1"

  private struct Line: Sendable {
    /// Nil is the controller's own.
    var door: DoorID?
    var keyID: String
    var fromHour: Int64
    var key: Secret<SymmetricKey>
  }

  private let controller: ControllerID
  private let lines: [Line]

  /// Reads the text of a key file for one controller, ``WrittenText``. Throws with the line's
  /// number.
  public init(parsing text: Secret<String>, controller: ControllerID) throws(OfflinePINProblem) {
    var lines: [Line] = []
    let count = text.reveal().utf8.count { $0 == UInt8(ascii: "\n") } + 1
    guard count <= Self.linesMax else {
      throw OfflinePINProblem("has \(count) lines, at most \(Self.linesMax) are allowed")
    }
    for (number, words) in WrittenText.records(of: text.reveal()) {
      let first = words[0]
      let door = DoorID(first)
      guard words.count == 4, door != nil || first == "*", EnvelopeLimits.isID(words[1]),
        let from = Int64(words[2]), from >= 0, let bytes = Hex.decode(words[3]), bytes.count == 32
      else {
        throw OfflinePINProblem(
          "line \(number) must be DOOR KEYID FROMHOUR HEX, with * or a door's id, "
            + "hours since 1970, and 64 hexadecimal digits")
      }
      if lines.contains(where: { $0.door == door && $0.fromHour == from }) {
        throw OfflinePINProblem("line \(number) begins at the hour of another of its door")
      }
      lines.append(
        Line(
          door: door, keyID: words[1], fromHour: from, key: Secret(SymmetricKey(data: bytes))))
    }
    guard !lines.isEmpty else { throw OfflinePINProblem("no key is in it") }
    self.controller = controller
    self.lines = lines
  }

  /// The line of a controller's own key of 32 bytes.
  public static func line(
    keyID: String, fromHour: Int64, key: Secret<[UInt8]>
  ) -> Secret<String> {
    Secret(line(of: "*", keyID, fromHour, key.reveal()))
  }

  private static func line(
    of door: String, _ keyID: String, _ fromHour: Int64, _ key: [UInt8]
  ) -> String {
    "\(door) \(keyID) \(fromHour) \(Hex.encode(key))\n"
  }

  /// True when it has the controller's own key, from which every door's follows.
  public var isOfController: Bool { lines.contains { $0.door == nil } }

  /// The lines that a front desk needs for one door, and no other door's.
  public func text(of door: DoorID) -> Secret<String> {
    // Where the door has a line of its own for an hour, the controller's is not used.
    let own = Set(lines.filter { $0.door == door }.map(\.fromHour))
    let shown = lines.filter { $0.door == door || $0.door == nil && !own.contains($0.fromHour) }
      .map { line in
        let key = key(line, of: door).withUnsafeBytes(Array.init)
        return Self.line(of: door.rawValue, line.keyID, line.fromHour, key)
      }
    return Secret(shown.joined())
  }

  private func key(_ line: Line, of door: DoorID) -> SymmetricKey {
    guard line.door == nil else { return line.key.reveal() }
    let name = "\(Self.version):door:\(controller):\(door)"
    let code = HMAC<SHA256>.authenticationCode(for: Data(name.utf8), using: line.key.reveal())
    return SymmetricKey(data: Data(code))
  }

  /// The code of a window at a door. Throws when no key reaches back to its start.
  public func code(
    of window: OfflinePINWindow, at door: DoorID
  ) throws(OfflinePINProblem) -> Secret<String> {
    let keys = DoorKeys(self, door)
    guard let key = keys.key(at: window.startHour),
      let row = OfflinePINTable.rows.first(where: { $0.hours == window.hours })
    else {
      throw OfflinePINProblem("no key of door \(door) counts at the start of that window")
    }
    let code = Self.codes(row, window.startHour, key)[window.serial]
    let digits = String(code)
    return Secret(String(repeating: "0", count: row.digits - digits.count) + digits)
  }

  /// The windows that are open at `now` and have this code at this door; nearly always none or one.
  /// Costs one HMAC for each live window of the code's length, at most 2,441.
  public func windows(
    of code: Secret<String>, at door: DoorID, now: WallInstant
  ) -> [OfflinePINWindow] {
    let text = code.reveal()
    guard OfflinePINTable.digits.contains(text.utf8.count),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let typed = UInt64(text), now.secondsSince1970 >= 0
    else { return [] }
    let keys = DoorKeys(self, door)
    let hour = now.secondsSince1970 / 3_600
    var found: [OfflinePINWindow] = []
    for row in OfflinePINTable.rows where row.digits == text.utf8.count {
      let step = Int64(row.stepHours)
      var start = hour - hour % step
      while start > hour - Int64(row.hours), start >= 0 {
        if let key = keys.key(at: start) {
          for (serial, code) in Self.codes(row, start, key).enumerated() where code == typed {
            found.append(OfflinePINWindow(startHour: start, row: row, serial: serial))
          }
        }
        start -= step
      }
    }
    return found
  }

  /// The codes of a window by serial: four numbers of eight bytes, big-endian, out of one
  /// HMAC-SHA256, each modulo `10^digits`. The modulus favours no code by more than one in 10^9.
  private static func codes(
    _ row: OfflinePINTable.Row, _ startHour: Int64, _ key: SymmetricKey
  ) -> [UInt64] {
    let text = "\(version):\(row.digits):\(startHour):\(row.hours)"
    let code = Array(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
    let modulus = (0..<row.digits).reduce(UInt64(1)) { product, _ in product * 10 }
    return (0..<OfflinePINTable.serials).map { serial in
      code[serial * 8..<serial * 8 + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % modulus
    }
  }

  /// The keys of one door, newest first.
  private struct DoorKeys {
    private let keys: [(fromHour: Int64, key: SymmetricKey)]

    init(_ all: OfflinePINKeys, _ door: DoorID) {
      // A door's own line comes before the controller's of the same hour.
      keys = all.lines.filter { $0.door == nil || $0.door == door }
        .sorted { ($0.fromHour, $0.door == nil ? 0 : 1) > ($1.fromHour, $1.door == nil ? 0 : 1) }
        .map { ($0.fromHour, all.key($0, of: door)) }
    }

    func key(at startHour: Int64) -> SymmetricKey? {
      keys.first { $0.fromHour <= startHour }?.key
    }
  }
}
