import CoreModels
import DoorRules
import Foundation
import Testing

@Suite("B4: time zones, against the system's own zdump")
struct ZoneRulesTests {
  static let names = [
    "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Sao_Paulo",
    "America/St_Johns", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Asia/Tehran", "Africa/Casablanca", "Africa/Cairo", "Pacific/Auckland", "Pacific/Apia", "UTC",
  ]

  static func rules(_ name: String) throws -> ZoneRules {
    let data = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"))
    return try ZoneRules(tzif: Array(data))
  }

  /// What zdump says of both sides of each transition: seconds since 1970 and seconds east.
  private func zdump(_ name: String) throws -> [(at: Int64, offset: Int)] {
    let pipe = try #require(popen("zdump -v -c 2024,2060 \(name)", "r"))
    defer { pclose(pipe) }
    var lines: [String] = []
    var buffer = [CChar](repeating: 0, count: 512)
    while fgets(&buffer, Int32(buffer.count), pipe) != nil {
      lines.append(String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return lines.compactMap { line in
      // NAME  Sat Apr  6 14:59:59 2024 UT = … gmtoff=39600
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard words.count > 6, words[6] == "UT",
        let month = months.firstIndex(of: words[2]), let day = Int(words[3]),
        let year = Int(words[5]), let offset = words.last?.split(separator: "=").last,
        let east = Int(offset)
      else { return nil }
      let time = words[4].split(separator: ":").compactMap { Int($0) }
      let days = CivilDate(year: year, month: month + 1, day: day).dayNumber
      return (Int64(days * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]), east)
    }
  }

  @Test("every transition from 2024 to 2060 is where the system has it", arguments: names)
  func transitions(_ name: String) throws {
    let rules = try Self.rules(name)
    let sides = try zdump(name)
    for side in sides {
      let offset = rules.offsetSeconds(at: WallInstant(secondsSince1970: side.at))
      #expect(offset == side.offset, "\(name) at \(side.at)")
    }
    // Laws change: whether a country still changes its clocks is the system's to know. These two
    // stand for all that do, twice a year and told from both sides, and for those that never did.
    if name == "Europe/Berlin" { #expect(sides.count >= 2 * 2 * 36) }
    if name == "UTC" { #expect(sides.isEmpty) }
  }

  @Test("of all ASCII only letters, digits, + - . _ and the slash may be in the name of a zone")
  func characters() {
    let allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-._/"
    for scalar in (0..<128).map({ Unicode.Scalar(UInt8($0)) }) {
      #expect(ZoneRules.isName("a\(scalar)b") == allowed.unicodeScalars.contains(scalar))
    }
  }

  @Test("between two transitions the offset is that of the earlier one", arguments: names)
  func between(_ name: String) throws {
    let rules = try Self.rules(name)
    let sides = try zdump(name)
    for (left, right) in zip(sides.dropFirst(), sides.dropFirst(2)) where left.at < right.at - 1 {
      let middle = WallInstant(secondsSince1970: (left.at + right.at) / 2)
      #expect(rules.offsetSeconds(at: middle) == left.offset)
    }
  }

  @Test("the hour that repeats is inside on both passes, the one that is missing never happens")
  func foldAndGap() throws {
    let berlin = try Self.rules("Europe/Berlin")
    let night = try WeeklyHours(parsing: ["sunday": [("02:00", "03:00")]])
    // 2026-10-25: 02:00 to 03:00 happens from 00:00 to 02:00 UTC.
    let autumn: Int64 = 1_792_886_400
    let inside = (-60..<180).filter {
      night.contains(WallInstant(secondsSince1970: autumn + Int64($0) * 60), in: berlin)
    }
    #expect(inside == Array(0..<120))
    // 2026-03-29: the clock goes from 02:00 to 03:00.
    let spring: Int64 = 1_774_742_400
    #expect(
      !(-60..<180).contains {
        night.contains(WallInstant(secondsSince1970: spring + Int64($0) * 60), in: berlin)
      })
  }

  @Test("half an hour of Lord Howe repeats, and half an hour is missing")
  func lordHowe() throws {
    let zone = try Self.rules("Australia/Lord_Howe")
    let window = try WeeklyHours(parsing: ["sunday": [("01:30", "02:30")]])
    func minutesInside(around transition: Int64) -> Int {
      (-180..<180).filter {
        window.contains(WallInstant(secondsSince1970: transition + Int64($0) * 60), in: zone)
      }.count
    }
    #expect(minutesInside(around: 1_712_415_600) == 90)
    #expect(minutesInside(around: 1_728_142_200) == 30)
  }

  @Test("a local time is found, the first of two, and none where the clock jumps")
  func localTimes() throws {
    let zone = try Self.rules("Europe/Berlin")
    func find(_ text: String) throws -> Int64? {
      let (date, minute) = try #require(CivilDate.parsing(localTime: text))
      return zone.instant(of: date, minuteOfDay: minute)?.secondsSince1970
    }
    #expect(try find("2026-11-23T10:00") == 1_795_424_400)
    #expect(try find("2026-10-25T02:30") == 1_792_888_200)
    #expect(try find("2026-03-29T02:30") == nil)
    #expect(try find("2026-03-29T03:00") == 1_774_746_000)
    #expect(try find("2026-03-29 01:59") == 1_774_745_940)
    for text in [
      "2026-02-29T10:00", "2026-02-28T24:00", "2026-02-28", "2026-02-28T", "T10:00", "10:00",
      "2026-02-28TT10:00", "T2026-02-28T10:00", "2026-02-28T10:00T", "2026-02-28  10:00",
      "2026-02-28 T10:00", "2026-02-28T10:00:00", "",
    ] {
      #expect(CivilDate.parsing(localTime: text) == nil, "\(text)")
    }
  }

  @Test("every minute of the days around a change is found, and shows what was asked for")
  func localMinutes() throws {
    for (name, date) in [
      ("Europe/Berlin", CivilDate(year: 2026, month: 3, day: 29)),
      ("Europe/Berlin", CivilDate(year: 2026, month: 10, day: 25)),
      ("America/New_York", CivilDate(year: 2026, month: 11, day: 1)),
      ("Pacific/Auckland", CivilDate(year: 2026, month: 9, day: 27)),
    ] {
      let zone = try Self.rules(name)
      // What the clock shows, minute for minute, with the first of two.
      var shown: [CivilMoment: Int64] = [:]
      let midnight = Int64(date.dayNumber) * 86_400
      for minute in -3_000..<4_500 {
        let moment = midnight + Int64(minute) * 60
        let civil = zone.civil(at: WallInstant(secondsSince1970: moment))
        shown[civil] = min(moment, shown[civil] ?? moment)
      }
      var wrong: [Int] = []
      for day in [-1, 0, 1] {
        let date = CivilDate(dayNumber: date.dayNumber + day)
        for minute in stride(from: 0, to: 1_440, by: 10) {
          let civil = CivilMoment(localSeconds: Int64(date.dayNumber * 86_400 + minute * 60))
          let found = zone.instant(of: date, minuteOfDay: minute)
          if found?.secondsSince1970 != shown[civil] { wrong.append(minute) }
        }
      }
      #expect(wrong.prefix(3) == [], "\(name) \(date)")
    }
  }

  @Test("UTC is no offset, and the ends of time are the first and the last minute of four digits")
  func ends() throws {
    for name in ["UTC", "Pacific/Apia", "America/New_York"] {
      let zone = try name == "UTC" ? .utc : Self.rules(name)
      let first = zone.civil(at: WallInstant(millisecondsSince1970: .min))
      let last = zone.civil(at: WallInstant(millisecondsSince1970: .max))
      #expect(first.text == "0000-01-01 00:00" && first.secondOfDay == 0)
      #expect(last.text == "9999-12-31 23:59" && last.secondOfDay == 86_399)
    }
    #expect(ZoneRules.utc.offsetSeconds(at: WallInstant(secondsSince1970: 0)) == 0)
  }

  @Test("bytes that are no zone file are refused, wherever they are cut or changed")
  func damage() throws {
    let whole = Array(
      try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin")))
    for length in stride(from: 0, to: whole.count, by: 7) {
      #expect(throws: ZoneRulesError.self) { try ZoneRules(tzif: Array(whole[..<length])) }
    }
    var generator = Xorshift(seed: 11)
    for _ in 0..<2_000 {
      var bytes = whole
      bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
        truncatingIfNeeded: generator.next())
      // Either refused or usable; never a crash.
      if let rules = try? ZoneRules(tzif: bytes) {
        _ = rules.civil(at: WallInstant(secondsSince1970: Int64(generator.next() >> 28)))
      }
    }
  }
}
