public import DoorRules

/// The windows that an offline PIN can have. Specified for other languages in
/// `deploy/protocol/offline-pin.md`.
///
/// A row costs `hours / stepHours * serials` live codes at any moment, and a code has as many
/// digits as keep a guess at one in a million: the sum over the rows of a length is at most
/// `10^digits / 1,000,000`.
public enum OfflinePINTable {
  /// Codes of one window, numbered by their serial from 0.
  public static let serials = 4
  /// The serial whose code opens once.
  public static let onceSerial = 3
  /// Lengths that an offline PIN can have.
  public static let digits = 8...10
  /// The best chance of one guess is one in this many.
  public static let guessOneIn = 1_000_000

  /// One duration.
  public struct Row: Sendable, Hashable {
    public let digits: Int
    /// From the start on.
    public let hours: Int
    /// The start is a multiple of this many hours since 1970-01-01T00Z.
    public let stepHours: Int
  }

  /// Every duration, shortest first; each has one length.
  public static let rows: [Row] =
    [1, 2, 3, 4, 6, 8].map { Row(digits: 8, hours: $0, stepHours: 1) }
    + [12, 20, 24, 44, 48, 68].map { Row(digits: 9, hours: $0, stepHours: 1) }
    + [72, 96, 120, 144, 168, 240, 336].map { Row(digits: 10, hours: $0, stepHours: 1) }
    + [504, 744].map { Row(digits: 10, hours: $0, stepHours: 2) }
    + [2_208, 4_392, 8_784].map { Row(digits: 10, hours: $0, stepHours: 24) }

  /// Codes of this length that open one door at one moment.
  public static func liveCodes(digits: Int) -> Int {
    rows.filter { $0.digits == digits }.map { $0.hours / $0.stepHours * serials }.reduce(0, +)
  }
}

/// When an offline PIN is valid, and which of the codes of that time it is.
public struct OfflinePINWindow: Sendable, Hashable, Codable {
  /// Latest start, in hours since 1970: the year 9999.
  static let startHourMax = EnvelopeLimits.timeSecondsMax / 3_600 - 8_784

  /// Hours since 1970-01-01T00Z.
  public let startHour: Int64
  /// One of ``OfflinePINTable/rows``.
  public let hours: Int
  /// 0 to 3; ``OfflinePINTable/onceSerial`` opens once.
  public let serial: Int

  /// Throws for a value that does not fit the table; the error names the values that do.
  public init(startHour: Int64, hours: Int, serial: Int) throws(OfflinePINProblem) {
    guard let row = OfflinePINTable.rows.first(where: { $0.hours == hours }) else {
      let known = OfflinePINTable.rows.map { "\($0.hours)" }.joined(separator: ", ")
      throw OfflinePINProblem("\(hours) hours is not one of the durations: \(known)")
    }
    guard (0...Self.startHourMax).contains(startHour) else {
      throw OfflinePINProblem("the start must be between 1970 and 9998")
    }
    guard startHour % Int64(row.stepHours) == 0 else {
      throw OfflinePINProblem(
        "a code of \(hours) hours starts at a multiple of \(row.stepHours) hours since 1970 in UTC")
    }
    guard (0..<OfflinePINTable.serials).contains(serial) else {
      throw OfflinePINProblem("the serial is 0 to \(OfflinePINTable.serials - 1)")
    }
    self.init(startHour: startHour, row: row, serial: serial)
  }

  init(startHour: Int64, row: OfflinePINTable.Row, serial: Int) {
    self.startHour = startHour
    hours = row.hours
    self.serial = serial
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      startHour: try container.decode(Int64.self, forKey: .startHour),
      hours: try container.decode(Int.self, forKey: .hours),
      serial: try container.decode(Int.self, forKey: .serial))
  }

  public var isOnce: Bool { serial == OfflinePINTable.onceSerial }
  public var validFrom: WallInstant { WallInstant(secondsSince1970: startHour * 3_600) }
  public var validUntil: WallInstant { validFrom.advanced(bySeconds: Int64(hours) * 3_600) }
}

/// What is wrong with a window, a key or a key file, for people; never a key or a code.
public struct OfflinePINProblem: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
