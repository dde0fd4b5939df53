import CloudProtocol
import DoorPorts
import DoorRules

/// One controller and everything around it, built from a story: time, the site, the controller, the
/// network, the cloud, the people who act, and the observers.
final class World {
  /// How long door and cloud may take to synchronise after the faults have ended.
  static let settleMicroseconds: Int64 = 3 * 3_600_000_000
  /// The final check waits until nothing was committed for this long.
  static let quietMicroseconds: Int64 = 60_000_000

  let story: Story
  let clockwork: Clockwork
  let site: Site
  let observers: Observers
  let wire: SimulatedWire
  let cloud: SimulatedCloud
  let rig: Rig
  let zones: SimulatedZones
  private let actors: Actors
  private var isOver = false

  init(story: Story, zones: any ZoneSource, sabotage: Sabotage?, trace: Trace) throws {
    self.story = story
    let seed = story.seed
    let time = SimulatedTime(
      start: WallInstant(secondsSince1970: story.site.startSeconds),
      driftPPM: story.site.clockDriftPPM, hasBattery: story.site.hasClockBattery)
    clockwork = Clockwork(time: time, trace: trace)
    self.zones = try SimulatedZones(of: story.site.zone, in: zones, scheduler: clockwork)
    site = Site(plan: story.site)
    observers = Observers(clockwork: clockwork, doors: site.doors.count)
    let keys = WorldKeys.bytes(ofSeed: seed)
    guard let digester = CredentialDigester(keyBytes: keys[WorldKeys.credentials] ?? []) else {
      throw SimulationError("a credential key has 32 bytes")
    }
    let sender = CloudSender(
      controller: Rig.controllerID,
      signer: try EnvelopeSigner(
        privateKeyBytes: Secret(keys[WorldKeys.cloud] ?? []), keyID: "cloud-1"),
      isDeflating: seed % 2 == 0)
    wire = SimulatedWire(
      scheduler: clockwork, observers: observers, seed: seed, faults: story.faults)
    cloud = SimulatedCloud(
      scheduler: clockwork, observers: observers, wire: wire, sender: sender, seed: seed,
      document: CloudConfiguration.first(of: site))
    rig = Rig(
      story: story, clockwork: clockwork, site: site, observers: observers,
      hardware: try Hardware(
        story: story, time: time, wire: wire, zones: self.zones, digester: digester,
        signer: sender.signer,
        bus: story.site.doors.contains { $0.lineAddress != nil }
          ? SimulatedBus(
            seed: seed, clockwork: clockwork, site: site, observers: observers, sabotage: sabotage)
          : nil,
        sabotage: sabotage))
    actors = Actors(
      story: story, clockwork: clockwork, site: site, observers: observers, wire: wire,
      cloud: cloud, rig: rig, zones: self.zones, digester: digester)
    observers.watch(self)
  }

  /// Runs the story to its end, or to the first violation.
  func run() {
    actors.staff.firstPeople()
    rig.hasPower = true
    rig.boot()
    for happening in story.happenings {
      clockwork.schedule(inMicroseconds: happening.at * 1_000) { [actors] in
        actors.happen(happening)
      }
    }
    let lastAt = max(
      story.happenings.last?.at ?? 0, Int64(story.days) * 86_400_000)
    clockwork.schedule(inMicroseconds: lastAt * 1_000) { self.endFaults() }
    while observers.violation == nil, !isOver, clockwork.step() {
      rig.drain()
      observers.see(.stepped)
      observers.tally[.steps] += 1
    }
    observers.tally.simulatedSeconds = clockwork.elapsed / 1_000_000
    clockwork.note("end") { "\(rig.disk.log.last) events" }
    clockwork.stop()
    rig.discard()
  }

  /// Repairs everything that is broken; then door and cloud must synchronise.
  private func endFaults() {
    clockwork.note("mended") { "" }
    rig.disk.endFaults()
    rig.stallReads(until: clockwork.elapsed)
    rig.program?.lanes.commitMilliseconds = story.faults.commitMilliseconds
    clockwork.schedule(inMicroseconds: 7_300_000_000) { [self] in
      wire.outages = 0
      zones.become(.sound)
      wire.endSiege()
      rig.boardReturns()
      clockwork.time.synchronise()
      rig.disk.endFaults()
      if !wire.isBrokerUp { wire.brokerStarts() }
      if !cloud.isUp { cloud.start() }
      if !rig.hasPower { rig.powerReturns() }
      clockwork.schedule(inMicroseconds: Self.settleMicroseconds) { self.endWhenQuiet() }
    }
  }

  /// Waits while events are still being committed: they need time to reach the cloud.
  private func endWhenQuiet() {
    if clockwork.elapsed - observers.lastCommitAt < Self.quietMicroseconds {
      return clockwork.schedule(inMicroseconds: Self.quietMicroseconds) { self.endWhenQuiet() }
    }
    observers.see(.over)
    isOver = true
  }
}

/// The simulation could not be built.
public struct SimulationError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
