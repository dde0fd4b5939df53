import DoorRules
import Foundation
import Glibc
import Testing

@testable import HostLinux

@Suite("Host: clocks (A1, F4)")
struct HostClockTests {
  private func kernel(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  @Test("A1: the monotonic clock is CLOCK_MONOTONIC, the one of the kernel's edge stamps")
  func monotonic() {
    let clock = SystemMonotonicClock()
    for _ in 0..<100 {
      let before = kernel(CLOCK_MONOTONIC)
      let now = clock.now().nanoseconds
      let after = kernel(CLOCK_MONOTONIC)
      #expect(before <= now && now <= after)
    }
  }

  @Test("F4: the wall clock is the system's, to the millisecond")
  func wall() {
    let before = Int64(kernel(CLOCK_REALTIME) / 1_000_000)
    let reading = SystemWallClock().read()
    let after = Int64(kernel(CLOCK_REALTIME) / 1_000_000)
    #expect((before...after).contains(reading.at.millisecondsSince1970))
  }

  @Test("F4: a time before the program was made was never set, whatever the kernel says")
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
}
