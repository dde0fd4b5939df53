import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// The parts of a controller that survive a restart: lines, disk, clock, keys, and the network.
struct Hardware {
  let lines: SimulatedLines
  let disk: SimulatedDisk
  let time: SimulatedTime
  let wire: SimulatedWire
  /// Nil: every reader has data lines.
  let bus: SimulatedBus?
  private let zones: any ZoneSource
  private let digester: CredentialDigester
  private let verifier: EnvelopeVerifier
  private let sabotaged: SabotagedParts?
  private let link: any CloudLink

  init(
    story: Story, time: SimulatedTime, wire: SimulatedWire, zones: any ZoneSource,
    digester: CredentialDigester, signer: EnvelopeSigner, bus: SimulatedBus?, sabotage: Sabotage?
  ) throws {
    self.bus = bus
    self.time = time
    self.wire = wire
    self.zones =
      switch sabotage {
      case .ignoreZone: SabotagedZones(real: zones)
      case .ignoreLaw: UnchangingZones(real: zones)
      default: zones
      }
    self.digester = digester
    verifier = try EnvelopeVerifier(
      publicKeys: ["cloud-1": signer.publicKeyBytes], audience: Rig.controllerID,
      issuer: CloudSender.issuer)
    link =
      sabotage == .countArrivals
      ? SabotagedLink(wire: wire, signer: signer, verifier: verifier, time: time) : wire
    let lines = SimulatedLines(time: time)
    var diskIDs = SimulationRandom(seed: story.seed, stream: 6)
    let disk = SimulatedDisk { diskIDs.id() }
    self.lines = lines
    self.disk = disk
    sabotaged = sabotage.map {
      SabotagedParts(
        $0, disk: disk, lines: lines, time: time, pin: story.site.people.first?.pin ?? "")
    }
  }

  /// How far apart the program is told to switch locks for which nobody waits.
  var staggerMilliseconds: Int {
    sabotaged?.fault == .switchTogether ? 0 : RuntimeTimes.staggerMilliseconds.standard
  }

  /// How many events the broker can cause at once.
  var brokerEventsAtOnceMax: Int {
    sabotaged?.fault == .wideLane ? 1_000_000 : BrokerLane.eventsAtOnceMax
  }

  /// The ports for the program, with the planted fault if there is one.
  var ports: RuntimePorts {
    RuntimePorts(
      gpio: sabotaged ?? lines, monotonic: time, wall: sabotaged ?? time, zones: zones,
      events: sabotaged ?? disk.log, ledger: sabotaged ?? disk.ledger,
      state: sabotaged ?? disk.state, policy: sabotaged ?? disk.cache, digester: digester,
      cloud: .init(link: link, verifier: verifier), readers: bus)
  }
}
