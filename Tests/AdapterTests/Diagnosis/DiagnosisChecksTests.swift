import CloudProtocol
import DoorRules
import Foundation
import Testing

@testable import Diagnosis

@Suite("Diagnosis: what is wrong, and what to do (E2)")
struct DiagnosisChecksTests {
  /// A fault that a test plants in the facts.
  struct Planted: Sendable, CustomTestStringConvertible {
    var name: String
    /// The check that names it.
    var id: String
    var outcome: DiagnosisReport.Outcome = .failure
    /// Text that the finding must contain, and text of the advice.
    var finding: String
    var advice: String
    var plant: @Sendable (inout DiagnosisFacts) -> Void

    var testDescription: String { name }
  }

  /// A controller without a fault.
  static func whole() -> DiagnosisFacts {
    var facts = DiagnosisFacts()
    facts.daemon = DaemonFacts(unreachable: nil, uptimeSeconds: 600, software: "0.1.0")
    facts.settings = SettingsFacts(path: "/etc/postern.yaml", problems: [], simulated: false)
    facts.lines = LineFacts(lines: [
      .init(name: "relay of door front", place: "line 17 of gpiochip0", fault: nil)
    ])
    facts.readers = [reader()]
    facts.doors = [door()]
    facts.power = PowerFacts(mainsLost: false, batteryLow: false)
    facts.storage = [
      StorageFacts(
        name: "event log", path: "/s/events.sqlite", fault: nil, integrity: "ok", bytes: 40_960,
        freeBytes: 4_000_000_000, slowestCommitMilliseconds: 4)
    ]
    facts.clock = ClockFacts(
      trust: "synchronised", source: "chrony", offsetSeconds: 0, doubtSeconds: nil)
    facts.zone = ZoneFacts(zone: "Europe/Berlin", rules: "tzdata 2026a", fault: nil)
    var network = NetworkFacts(host: "broker", port: 8_883)
    network.address = "eth0 has 10.0.0.7"
    network.route = .done("gateway 10.0.0.1 by eth0")
    network.resolution = .done("10.0.0.9")
    network.connection = .done(" in 2 ms")
    network.tls = .done("TLS is up")
    facts.network = network
    facts.certificates = [certificate(daysLeft: 200)]
    facts.cloud = CloudFacts(
      configured: true, connected: true, detail: nil, silentSeconds: 3, backlog: 0, refused: [:])
    facts.policy = PolicyFacts(
      configRevision: 3, credentialRevision: 9, credentials: 12, unconfiguredDoors: [])
    facts.machine = MachineFacts(HostReading(), throttledBits: 0, undervoltage: false)
    return facts
  }

  @Test(
    "B2: a zone that cannot be read is a warning while its last good rules count, else a failure")
  func zone() {
    func outcome(_ change: (inout ZoneFacts) -> Void) -> DiagnosisReport.Check? {
      var facts = ZoneFacts(zone: "US/Eastern", rules: "tzdata 2026a", fault: nil)
      change(&facts)
      return facts.checks().first
    }
    #expect(outcome { _ in }?.finding == "time zone US/Eastern, rules tzdata 2026a")
    let old = outcome { $0.currentName = "America/New_York" }
    #expect(old?.outcome == .ok && old?.finding.contains("an old name of America/New_York") == true)
    #expect(outcome { $0.fault = "it is gone" }?.outcome == .warning)
    let unknown = outcome {
      $0.fault = "it is gone"
      $0.isKnown = false
    }
    #expect(unknown?.outcome == .failure && unknown?.finding.contains("closed") == true)
  }

  static func reader(wiring: Set<ReaderFacts.Wiring> = []) -> ReaderFacts {
    ReaderFacts(
      id: "front-in", watchedSeconds: 600, edges: 5_200, noise: 1, frames: 100,
      malformed: ["parity": 1], wiring: wiring,
      pulses: .init(
        narrowestMicroseconds: 48, widestMicroseconds: 55, closestMicroseconds: 1_990,
        farthestMicroseconds: 2_020), lockedOut: false)
  }

  static func door(
    open: Bool? = false, openedReleased: Int = 4, closedReleased: Int = 3
  ) -> DoorFacts {
    DoorFacts(
      id: "front", secured: true, open: open, alarms: [], mode: "normal", relayActive: false,
      openedReleased: openedReleased, closedReleased: closedReleased)
  }

  static func certificate(daysLeft: Int, of daysOfLife: Int? = nil) -> CertificateFacts {
    CertificateFacts(
      setting: "cloud.tls.certificateFile", path: "/etc/c.pem", fault: nil, daysLeft: daysLeft,
      daysOfLife: daysOfLife, daysUntilStart: nil)
  }

  @Test("E2: a certificate is told in its last thirty days, or in the last quarter of a short life")
  func shortLife() {
    for (left, life, isTold) in [
      (29, 365, true), (30, 365, false), (29, 90, false), (22, 90, false), (21, 90, true),
      (30, 30, false), (6, 30, true), (29, nil, true),
    ] {
      let outcome = Self.certificate(daysLeft: left, of: life).checks().first?.outcome
      #expect(outcome == (isTold ? .warning : .ok), "\(left) of \(life ?? 0)")
    }
  }

  static func line(_ fault: LineFacts.Fault) -> LineFacts {
    LineFacts(lines: [
      .init(name: "relay of door front", place: "line 17 of gpiochip0", fault: fault)
    ])
  }

  static let planted: [Planted] = [
    Planted(
      name: "wrong line number", id: "lines.number", finding: "no such line", advice: "gpioinfo"
    ) { $0.lines = line(.lineMissing) },
    Planted(
      name: "swapped data lines", id: "readers.swapped", finding: "swapped", advice: "exchange"
    ) { $0.readers = [reader(wiring: [.linesSwapped])] },
    Planted(
      name: "inverted data lines", id: "readers.inverted", finding: "rest at their active",
      advice: "activeLow"
    ) { $0.readers = [reader(wiring: [.linesInverted])] },
    Planted(
      name: "inverted contact, after two passages", id: "doors.contactInverted",
      finding: "seems to close", advice: "activeLow"
    ) { $0.doors = [door(open: true, openedReleased: 0, closedReleased: 2)] },
    Planted(
      name: "inverted contact, at once", id: "doors.contact", outcome: .warning,
      finding: "reads open", advice: "activeLow"
    ) { $0.doors = [door(open: true, openedReleased: 0, closedReleased: 0)] },
    Planted(
      name: "chip missing", id: "lines.chip", finding: "no such chip", advice: "postern lines chips"
    ) {
      $0.lines = line(.chipMissing)
    },
    Planted(
      name: "an input that a coil disturbs", id: "lines.chatter", outcome: .warning,
      finding: "exit of door front", advice: "diode"
    ) {
      $0.lines = LineFacts(
        lines: [.init(name: "relay of door front", place: "line 17 of gpiochip0", fault: nil)],
        chatter: [.init(input: "request to exit of door front", door: "front")])
    },
    Planted(
      name: "mains lost", id: "power.mains", finding: "live on the battery", advice: "fuse"
    ) { $0.power?.mainsLost = true },
    Planted(
      name: "battery low", id: "power.battery", finding: "low, missing or broken",
      advice: "replace"
    ) { $0.power?.batteryLow = true },
    Planted(
      name: "a lock without current", id: "doors.alarm", outcome: .warning,
      finding: "lockCurrentMissing", advice: "emergency switch"
    ) { $0.doors[0].alarms = ["lockCurrentMissing"] },
    Planted(
      name: "released for a low battery", id: "doors.mode", outcome: .warning,
      finding: "batteryLow", advice: "when mains is back"
    ) { $0.doors[0].mode = "batteryLow" },
    Planted(
      name: "a supply that dips", id: "daemon.power", finding: "3 times", advice: "supply"
    ) { $0.daemon?.powerLosses = 3 },
    Planted(
      name: "a daemon that ends by itself", id: "daemon.crashes", finding: "2 times",
      advice: "journalctl"
    ) {
      $0.daemon?.powerLosses = 1
      $0.daemon?.crashes = 2
    },
    Planted(
      name: "two chips of one label", id: "lines.ambiguous", finding: "2 chips are named",
      advice: "address"
    ) { $0.lines = line(.ambiguous("2 chips are named ftdi-cbus")) },
    Planted(
      name: "line held by another program", id: "lines.busy", finding: "gpioset",
      advice: "stop that program"
    ) { $0.lines = line(.busy(by: "\"gpioset\"")) },
    Planted(
      name: "broker down", id: "network.broker", finding: "does not answer",
      advice: "broker running"
    ) { $0.network?.connection = .failed("connection refused") },
    Planted(name: "wrong CA", id: "network.authority", finding: "caFile", advice: "right CA") {
      $0.network?.tls = .failed(.unknownAuthority("somebody else"))
    },
    Planted(
      name: "expired certificate", id: "certificates.expired", finding: "expired 4 days",
      advice: "renew"
    ) { $0.certificates = [certificate(daysLeft: -4)] },
    Planted(
      name: "certificate of a week", id: "certificates.ending", outcome: .warning,
      finding: "7 days left", advice: "renew"
    ) { $0.certificates = [certificate(daysLeft: 7)] },
    Planted(
      name: "clock wrong by a day", id: "clock.offset", finding: "24 h ahead",
      advice: "timedatectl"
    ) { $0.clock?.offsetSeconds = 86_400 },
    Planted(
      name: "clock a day behind", id: "clock.offset", finding: "24 h behind", advice: "timedatectl"
    ) { $0.clock?.offsetSeconds = -86_400 },
    Planted(name: "disk full", id: "storage.full", finding: "full", advice: "make room") {
      $0.storage[0].fault = .full("SQLite says disk full")
    },
    Planted(
      name: "damaged database", id: "storage.damaged", finding: "wrong # of entries",
      advice: "restart"
    ) { $0.storage[0].integrity = "wrong # of entries in index" },
    Planted(
      name: "config rejected", id: "settings.rejected", finding: "door.front.relay",
      advice: "config check"
    ) { $0.settings?.problems = ["door.front.relay.line: 2000 is outside 0 to 1023"] },
    Planted(
      name: "daemon ended", id: "daemon.running", finding: "does not answer", advice: "systemctl"
    ) { $0.daemon?.unreachable = "connection refused" },
    Planted(
      name: "missing ground", id: "readers.ground", outcome: .warning,
      finding: "both data lines", advice: "ground"
    ) { $0.readers[0].malformed["bothLinesActive"] = 3 },
    Planted(name: "noise", id: "readers.noise", outcome: .warning, finding: "5.0", advice: "ground")
    { $0.readers[0].noise = 50 },
    Planted(
      name: "pulses too wide", id: "readers.pulses", outcome: .warning, finding: "900 µs",
      advice: "pull-ups"
    ) { $0.readers[0].pulses?.widestMicroseconds = 900 },
    Planted(
      name: "low voltage", id: "machine.power", finding: "voltage", advice: "supply"
    ) { $0.machine?.throttledBits = 0x10001 },
    Planted(
      name: "low voltage some time ago", id: "machine.power", outcome: .warning,
      finding: "since the start", advice: "supply"
    ) { $0.machine?.throttledBits = 0x10000 },
    Planted(
      name: "slowed down now", id: "machine.throttled", outcome: .warning,
      finding: "slowed down now",
      advice: "cool"
    ) { $0.machine?.throttledBits = 0x40004 },
    Planted(
      name: "slowed down some time ago", id: "machine.throttled", outcome: .warning,
      finding: "since the start", advice: "air"
    ) { $0.machine?.throttledBits = 0x40000 },
    Planted(
      name: "hot", id: "machine.temperature", outcome: .warning, finding: "84", advice: "air"
    ) { $0.machine?.temperatureCelsius = 84 },
    Planted(
      name: "little memory", id: "machine.memory", outcome: .warning, finding: "16 MiB",
      advice: "ps aux"
    ) { $0.machine?.memoryAvailableBytes = 16_777_216 },
  ]

  @Test("E2: without a fault no check fails")
  func good() {
    let checks = Self.whole().checks()
    #expect(checks.filter { $0.outcome != .ok } == [])
    #expect(Set(checks.map(\.group)).count == 13)
  }

  @Test(
    "E2 F3: each planted fault is named, with what to do, and nothing else is", arguments: planted)
  func named(_ planted: Planted) throws {
    var facts = Self.whole()
    planted.plant(&facts)
    let wrong = facts.checks().filter { $0.outcome != .ok }
    let check = try #require(wrong.first { $0.id == planted.id }, "\(wrong)")
    #expect(check.outcome == planted.outcome)
    #expect(check.finding.contains(planted.finding), "\(check.finding)")
    #expect(check.advice?.contains(planted.advice) == true, "\(check.advice ?? "none")")
    #expect(wrong.count == 1, "\(wrong)")
  }

  @Test("E2: the default route is read out of the kernel's table")
  func route() {
    let table = """
      Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
      eth0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
      """
    #expect(NetworkProbe.route(of: table) == .done("gateway 192.168.2.1 by eth0"))
    #expect(NetworkProbe.route(of: "Iface\n") == .failed("there is no default route"))
  }
}
