import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import GPIOLinux
import HostLinux
import Logging
import StoreSQLite

/// The real runtime in this process, on a state folder, with eight doors that are badged at in turn.
final class TimedDoor {
  /// Durations of one badge, in milliseconds.
  struct Badge {
    /// From the last bit until the event is enqueued, right after the decision.
    var toDecision: Double
    /// From the last bit to the relay.
    var toRelay: Double
    /// The part of ``toRelay`` that the commit took.
    var commit: Double
  }

  private let runtime: DoorRuntime
  private let panel: SimulatedPanel
  private let moments: Moments
  private let serving: Task<Void, Never>
  private let credentials: Int
  private var generator = SeededGenerator(seed: 11)
  private var turn = 0
  private var usedAt = [UInt64](repeating: 0, count: BenchWorld.doors.count)

  init(stateFolder: String, credentials: Int) async throws {
    self.credentials = credentials
    let clock = SystemMonotonicClock()
    moments = Moments(clock: clock)
    panel = SimulatedPanel(clock: clock)
    let events = try EventDatabase(folder: stateFolder)
    guard let controller = ControllerID("bench"),
      let digester = CredentialDigester(keyBytes: BenchWorld.credentialKey)
    else { throw LabFailure("the world has no name") }
    let doors = BenchWorld.doors.compactMap { DoorID($0) }
    let readers = zip(BenchWorld.readers, doors).compactMap { name, door in
      ReaderID(name).map {
        ControllerLayout.Reader(
          id: $0, door: door, habits: ReaderHabits(presentationMilliseconds: 0))
      }
    }
    var logger = Logger(label: "bench")
    logger.logLevel = .critical
    let runtime = DoorRuntime(
      configuration: RuntimeConfiguration(
        controller: controller, software: "bench", bootID: UUID().uuidString.lowercased(),
        layout: ControllerLayout(
          doors: doors.map { .init(id: $0, hasContact: false) }, readers: readers)),
      ports: RuntimePorts(
        gpio: TimedPanel(panel, moments), monotonic: clock,
        wall: SystemWallClock(assumedTrust: .synchronised), zones: SystemZones(),
        events: TimedLog(events, moments), ledger: events, state: events,
        policy: try CacheDatabase(folder: stateFolder), digester: digester, cloud: nil),
      logger: logger)
    self.runtime = runtime
    serving = Task { await runtime.run() }
    while await !runtime.isServing() { try await Task.sleep(for: .milliseconds(5)) }
  }

  func end() async {
    runtime.stop()
    await serving.value
  }

  /// Presents a staff card at the next door; returns when the lock is released.
  func badge(spacingMicroseconds: Int) async throws -> Badge {
    let door = turn % BenchWorld.doors.count
    turn += 1
    // Wait until the lock of this door is secured again.
    let free = usedAt[door] + 1_300_000_000
    let now = Stopwatch.now
    if now < free { try await Task.sleep(for: .nanoseconds(free - now)) }
    guard let reader = ReaderID(BenchWorld.readers[door]) else { throw LabFailure("no reader") }
    let card = BenchWorld.staffCard(of: credentials, using: &generator)
    let before = moments.now.releases
    try panel.send(
      [try BenchWorld.bits(card)], from: reader, widthMicroseconds: 100,
      spacingMicroseconds: spacingMicroseconds, betweenMilliseconds: 100)
    let start = Stopwatch.now
    while moments.now.releases == before {
      guard Stopwatch.now - start < 5_000_000_000 else {
        throw LabFailure("the card c\(card) did not open \(BenchWorld.doors[door])")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    usedAt[door] = Stopwatch.now
    let seen = moments.now
    func milliseconds(_ from: MonotonicInstant, _ to: MonotonicInstant) -> Double {
      Double(to.microseconds(since: from)) / 1_000
    }
    return Badge(
      toDecision: milliseconds(seen.lastBit, seen.commitBegan),
      toRelay: milliseconds(seen.lastBit, seen.released),
      commit: milliseconds(seen.commitBegan, min(seen.commitEnded, seen.released)))
  }
}
