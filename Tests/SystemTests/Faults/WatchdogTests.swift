import Foundation
import Testing

/// A service manager's socket, and the notifications that the daemon sends to it.
private final class Manager {
  let path: String
  private let descriptor: Int32

  init(folder: String) throws {
    path = folder + "/notify.sock"
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let answer = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(answer == 0)
  }

  deinit { close(descriptor) }

  /// The next datagram; nil if none arrives in that time.
  func next(withinMilliseconds milliseconds: Int32) -> String? {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, milliseconds) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// True once no keep-alive arrives for so long. What else is told is no sign of the loop.
  func missesKeepAlives(forMilliseconds milliseconds: Int, withinSeconds seconds: Double) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    var last = ContinuousClock.now
    while ContinuousClock.now < end {
      if next(withinMilliseconds: 100)?.contains("WATCHDOG=1") == true { last = .now }
      if ContinuousClock.now - last >= .milliseconds(milliseconds) { return true }
    }
    return false
  }

  /// True if `message` arrives before `milliseconds` of silence.
  func hears(_ message: String, silenceMilliseconds milliseconds: Int32 = 30_000) -> Bool {
    while let next = next(withinMilliseconds: milliseconds) {
      if next.hasPrefix(message) { return true }
    }
    return false
  }
}

@Suite(
  "F1: only the loop that serves the doors notifies the service manager",
  .blocking)
struct WatchdogTests {
  @Test("READY when the door is served, keep-alives while the loop runs, none while it is stuck")
  func stuckLoop() throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    let manager = try Manager(folder: world.folder.path)
    world.daemonEnvironment["NOTIFY_SOCKET"] = manager.path
    world.daemonEnvironment["WATCHDOG_USEC"] = "1000000"
    #expect(try world.open())
    #expect(manager.hears("READY=1\nSTATUS=serving 1 door"))
    #expect(manager.hears("WATCHDOG=1"))
    try faults.order("door STALL")
    // Datagrams on their way may still arrive; then none for longer than the manager allows. On a busy
    // machine a card's pulses can come too far apart: then it is held up again.
    var isStuck = false
    for _ in 0..<6 where !isStuck {
      try world.postern("panel", "badge", "--facility", "12", "--card", "345")
      isStuck = manager.missesKeepAlives(forMilliseconds: 2_000, withinSeconds: 20)
    }
    #expect(isStuck)
    try faults.order("")
    #expect(manager.hears("WATCHDOG=1"))
    #expect(world.eventually { world.relayIsOn })
    world.killDaemon(SIGTERM)
    #expect(manager.hears("STOPPING=1"))
  }

  /// True if a status arrives in time that the test accepts.
  private func tells(_ manager: Manager, _ test: (String) -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: DoorWorld.patienceSeconds)
    while Date.now < end, let next = manager.next(withinMilliseconds: 30_000) {
      for line in next.split(separator: "\n") where line.hasPrefix("STATUS=") {
        if test(String(line.dropFirst("STATUS=".count))) { return true }
      }
    }
    return false
  }

  @Test("what systemctl status shows follows the troubles: no configuration, no cloud, well again")
  func status() throws {
    let world = try DoorWorld()
    let manager = try Manager(folder: world.folder.path)
    world.daemonEnvironment["NOTIFY_SOCKET"] = manager.path
    world.daemonEnvironment["WATCHDOG_USEC"] = "600000"
    try world.startDaemon()
    // The machine's own clock may be another trouble.
    let (noPolicy, noCloud) = ("no configuration yet", "without the cloud: ")
    #expect(
      tells(manager) {
        $0.hasPrefix("serving 1 door; ") && $0.contains(noPolicy) && $0.contains(noCloud)
      })
    #expect(try world.open())
    #expect(
      tells(manager) {
        $0.hasPrefix("serving 1 door") && !$0.contains(noPolicy) && !$0.contains(noCloud)
      })
    world.stopBroker()
    #expect(tells(manager) { $0.contains(noCloud) })
    try world.startBroker()
    #expect(tells(manager) { !$0.contains(noCloud) })
    world.killDaemon(SIGTERM)
    // The journal's story of all this.
    for line in [
      "Started", "New configuration: revision 1", "Cloud connected", "Cloud disconnected",
    ] {
      #expect(world.daemonLog.contains(line), "\(world.daemonLog)")
    }
    #expect(world.daemonLog.split(separator: "\n").count < 40, "\(world.daemonLog)")
  }

  @Test("a chip that is not there is named by its line, and wrong settings by what is wrong")
  func wrong() throws {
    let world = try DoorWorld(driver: "gpiod")
    let manager = try Manager(folder: world.folder.path)
    world.daemonEnvironment["NOTIFY_SOCKET"] = manager.path
    try world.startDaemon()
    #expect(tells(manager) { $0.contains("troubles, the first: ") && $0.contains("gpiochip-none") })
    try world.stopDaemon(andSet: "holdTimeSconds: 5")
    try world.startDaemon()
    #expect(tells(manager) { $0.hasPrefix("not serving: ") && $0.contains("holdTimeSconds") })
    #expect(world.daemon?.wait() == 78)
  }
}
