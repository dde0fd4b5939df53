public import CloudProtocol
public import DoorCore
public import DoorPorts
public import DoorRules

/// The settings of the runtime, fixed at its start.
public struct RuntimeConfiguration: Sendable {
  public var controller: ControllerID
  public var software: String
  /// Names this start of the daemon.
  public var bootID: String
  /// Names the boot of the machine, on whose steady clock the door's time goes on over a restart of
  /// the daemon; nil when that is not known.
  public var machineBoot: String?
  public var layout: ControllerLayout
  /// Doors whose lock opens when its power goes: their relay is active while secured.
  public var failSafeDoors: Set<DoorID>
  /// How long an unlock waits for its event to be on disk; in ``RuntimeTimes``' range.
  public var commitDeadlineMilliseconds: Int
  /// How far apart the outputs of doors switch for which nobody waits; in ``RuntimeTimes``' range.
  public var staggerMilliseconds: Int
  /// How often the controller publishes telemetry; in ``RuntimeTimes``' range.
  public var heartbeatSeconds: Int
  /// How often the clock's watermark and the last contact with the cloud are written to disk; in
  /// ``RuntimeTimes``' range.
  public var housekeepingSeconds: Int
  /// Where databases were moved that this start found damaged.
  public var damagedFiles: [String]
  /// Files of the settings that this start could not use, each with what does not work, in words.
  public var fileTroubles: [String]

  /// A time outside its range is cut to it.
  public init(
    controller: ControllerID, software: String, bootID: String, machineBoot: String? = nil,
    layout: ControllerLayout,
    failSafeDoors: Set<DoorID> = [],
    commitDeadlineMilliseconds: Int = RuntimeTimes.commitDeadlineMilliseconds.standard,
    staggerMilliseconds: Int = RuntimeTimes.staggerMilliseconds.standard,
    heartbeatSeconds: Int = RuntimeTimes.heartbeatSeconds.standard,
    housekeepingSeconds: Int = RuntimeTimes.housekeepingSeconds.standard,
    damagedFiles: [String] = [], fileTroubles: [String] = []
  ) {
    self.controller = controller
    self.software = software
    self.bootID = bootID
    self.machineBoot = machineBoot
    self.layout = layout
    self.failSafeDoors = failSafeDoors
    self.commitDeadlineMilliseconds = RuntimeTimes.commitDeadlineMilliseconds
      .nearest(to: commitDeadlineMilliseconds)
    self.staggerMilliseconds = RuntimeTimes.staggerMilliseconds.nearest(to: staggerMilliseconds)
    self.heartbeatSeconds = RuntimeTimes.heartbeatSeconds.nearest(to: heartbeatSeconds)
    self.housekeepingSeconds = RuntimeTimes.housekeepingSeconds.nearest(to: housekeepingSeconds)
    self.damagedFiles = damagedFiles
    self.fileTroubles = fileTroubles
  }
}

/// The ports to everything outside of the runtime.
public struct RuntimePorts: Sendable {
  public var gpio: any GPIOPort
  /// Readers on lines of their own; nil: every reader has data lines.
  public var readers: (any ReaderBus)?
  public var monotonic: any MonotonicClock
  public var wall: any WallClock
  public var zones: any ZoneSource
  public var events: any EventLog
  public var ledger: any CommandLedger
  public var state: any StateStore { twice }
  /// The small state, some of which is kept in the policy store as well.
  let twice: TwiceKeptState
  public var policy: any PolicyStore
  public var digester: CredentialDigester
  /// Nil: telemetry has no facts of the machine.
  public var host: (any HostFacts)?
  /// Nil: the command `logs` fails.
  public var log: (any RecentLines)?
  /// Nil: the command `diagnostics` reports telemetry only.
  public var selfTest: (any SelfTest)?
  /// Nil: the controller works without a cloud.
  public var cloud: CloudPorts?
  /// The keys of this controller's offline PINs; nil: no offline PIN is accepted.
  public var offlinePIN: OfflinePINKeys?
  /// Verifies keys that are handed over on site; nil: no key can be handed over.
  public var handOver: HandOverVerifier?
  /// Stores keys that were handed over; nil: no key can be handed over.
  public var issued: (any IssuedStore)?
  /// Certificates whose end is reported; nil: none.
  public var certificates: (any CertificateSource)?
  /// Renews the controller's own certificate; nil where there is none.
  public var renewal: (any CertificateRenewal)?

  /// The connection to the cloud, and the verifier of what comes over it.
  public struct CloudPorts: Sendable {
    public var link: any CloudLink
    public var verifier: EnvelopeVerifier

    public init(link: any CloudLink, verifier: EnvelopeVerifier) {
      self.link = link
      self.verifier = verifier
    }
  }

  public init(
    gpio: any GPIOPort, monotonic: any MonotonicClock, wall: any WallClock,
    zones: any ZoneSource, events: any EventLog, ledger: any CommandLedger,
    state: any StateStore, policy: any PolicyStore, digester: CredentialDigester,
    host: (any HostFacts)? = nil, log: (any RecentLines)? = nil,
    selfTest: (any SelfTest)? = nil, cloud: CloudPorts?, offlinePIN: OfflinePINKeys? = nil,
    handOver: HandOverVerifier? = nil, issued: (any IssuedStore)? = nil,
    certificates: (any CertificateSource)? = nil, renewal: (any CertificateRenewal)? = nil,
    readers: (any ReaderBus)? = nil
  ) {
    self.gpio = gpio
    self.readers = readers
    self.monotonic = monotonic
    self.wall = wall
    self.zones = zones
    self.events = events
    self.ledger = ledger
    self.policy = policy
    twice = TwiceKeptState(state, copiedTo: policy, log: events)
    self.digester = digester
    self.host = host
    self.log = log
    self.selfTest = selfTest
    self.cloud = cloud
    self.offlinePIN = offlinePIN
    self.handOver = handOver
    self.issued = issued
    self.certificates = certificates
    self.renewal = renewal
  }
}
