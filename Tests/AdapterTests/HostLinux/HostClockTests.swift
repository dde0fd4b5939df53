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

  @Test("F4: a time before the program was made is not trusted, whatever the kernel reports")
  func trust() {
    let from = SystemWallClock.plausibleFrom
    let before = WallInstant(millisecondsSince1970: from.millisecondsSince1970 - 1)
    #expect(SystemWallClock.trust(at: from, isDisciplined: true) == .synchronised)
    #expect(SystemWallClock.trust(at: from, isDisciplined: false) == .holdover)
    #expect(SystemWallClock.trust(at: before, isDisciplined: true) == .unknown)
    #expect(SystemWallClock.trust(at: before, isDisciplined: false) == .unknown)
  }

  @Test(
    "F4: trust that is assumed for development is taken as it is", arguments: ClockTrust.allCases)
  func assumed(_ trust: ClockTrust) {
    #expect(SystemWallClock(assumedTrust: trust).read().trust == trust)
  }

  @Test(
    "F4: where the kernel may not be asked, timesyncd's file says whether the clock is kept right")
  func synchronisedFile() throws {
    let path = "/tmp/postern-sync-\(UUID().uuidString.prefix(8))"
    let now = WallInstant(secondsSince1970: 1_800_000_000)
    #expect(!SystemWallClock.wasSynchronised(file: path, at: now))
    try Data().write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    for (age, expected) in [
      (0, true), (7_200, true), (7_201, false), (86_400, false), (-3_600, false),
    ] {
      let touched = Date(timeIntervalSince1970: TimeInterval(1_800_000_000 - age))
      try FileManager.default.setAttributes([.modificationDate: touched], ofItemAtPath: path)
      #expect(SystemWallClock.wasSynchronised(file: path, at: now) == expected, "\(age)")
    }
  }
}
