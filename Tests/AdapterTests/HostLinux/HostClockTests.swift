import DoorRules
import Foundation
import Testing

@testable import HostLinux

@Suite("Host: clocks (A1, F4)")
struct HostClockTests {
  @Test("A1: the monotonic clock is CLOCK_MONOTONIC, the one of the kernel's edge stamps")
  func monotonic() {
    let clock = SystemMonotonicClock()
    for _ in 0..<100 {
      // Dispatch counts CLOCK_MONOTONIC on Linux.
      let before = DispatchTime.now().uptimeNanoseconds
      let now = clock.now().nanoseconds
      let after = DispatchTime.now().uptimeNanoseconds
      #expect(before <= now && now <= after)
    }
  }

  @Test("F4: the wall clock is the system's, to the millisecond")
  func wall() {
    let before = Int64((Date.now.timeIntervalSince1970 * 1_000).rounded(.down)) - 1
    let reading = SystemWallClock().read()
    let after = Int64((Date.now.timeIntervalSince1970 * 1_000).rounded(.up)) + 1
    #expect((before...after).contains(reading.at.millisecondsSince1970))
  }

  @Test(
    "F4: what stands behind the clock is assumed for development", arguments: ClockTrust.allCases)
  func assumed(_ trust: ClockTrust) {
    let reading = SystemWallClock(assumedTrust: trust).read()
    #expect(reading.source == ClockSource(assumed: trust))
    #expect(reading.trustAlone == (trust == .doubtful ? .unknown : trust))
  }

  @Test("a time before the program was made is trusted by nobody, if nothing else is known")
  func beforeBuild() {
    let before = ClockLimits.builtAt.advanced(byMilliseconds: -1)
    for source in ClockSource.allCases {
      #expect(ClockReading(before, source).trustAlone == .unknown)
    }
  }

  @Test(
    "F4: where the kernel may not be asked, timesyncd's file says whether the clock is kept right")
  func synchronisedFile() throws {
    let path = "/tmp/postern-sync-\(UUID().uuidString.prefix(8))"
    let now = WallInstant(secondsSince1970: 1_800_000_000)
    func vouches() -> Bool {
      var marker = SynchronisedMarker(file: path)
      return marker.vouches(at: now, besideMilliseconds: 0)
    }
    #expect(!vouches())
    try Data().write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    for (age, expected) in [
      (0, true), (7_200, true), (7_201, false), (86_400, false), (-3_600, false),
    ] {
      try touch(path, 1_800_000_000 - age)
      #expect(vouches() == expected, "\(age)")
    }
  }

  @Test("V4: a clock that somebody has set since is not kept right, until it is synchronised again")
  func setSince() throws {
    let path = "/tmp/postern-sync-\(UUID().uuidString.prefix(8))"
    try Data().write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try touch(path, 1_800_000_000)
    var marker = SynchronisedMarker(file: path)
    func vouches(_ seconds: Int64, setBy off: Int64) -> Bool {
      marker.vouches(
        at: WallInstant(secondsSince1970: 1_800_000_000 + seconds + off),
        besideMilliseconds: off * 1_000)
    }
    #expect(vouches(10, setBy: 0) && vouches(20, setBy: 2))
    #expect(!vouches(30, setBy: 3_600) && !vouches(40, setBy: -3))
    #expect(vouches(50, setBy: 0))
    // timesyncd has set it right, by what it was off.
    try touch(path, 1_800_000_060 + 3_600)
    #expect(vouches(61, setBy: 3_600))
  }

  private func touch(_ path: String, _ seconds: Int) throws {
    let touched = Date(timeIntervalSince1970: TimeInterval(seconds))
    try FileManager.default.setAttributes([.modificationDate: touched], ofItemAtPath: path)
  }

  @Test("B9: a battery clock counts if it was set once, and the system's clock was set from it")
  func battery() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "postern-rtc-\(UUID().uuidString.prefix(8))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let now = Int64(Date.now.timeIntervalSince1970)
    for (chip, expected) in [
      (String(now), ClockSource.battery), (String(now - 110), .battery),
      (String(now - 19_800), .none),
      (String(now + 19_800), .none), ("0", .none), ("", .none), ("x", .none), (nil, .none),
    ] as [(String?, ClockSource)] {
      let place = folder.appending(path: "rtc0")
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      if let chip {
        try Data("\(chip)\n".utf8).write(to: place.appending(path: "since_epoch"))
      }
      let found = BatteryClock.times(in: folder.path)
      #expect(found == (chip.flatMap(Int64.init).map { [$0] } ?? []))
      let stands = found.contains {
        BatteryClock.stands(behind: WallInstant(secondsSince1970: now), chip: $0)
      }
      #expect(stands == (expected == .battery), "\(chip ?? "no file")")
    }
    #expect(BatteryClock.times(in: folder.appending(path: "gone").path).isEmpty)
  }

  @Test("the boot of the machine has a name")
  func boot() { #expect(MachineBoot.name() == MachineBoot.name()) }
}
