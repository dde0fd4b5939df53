import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import HeapModule
import Logging
import WiegandCodec

/// One controller with everything around it, made from a story. Time jumps from one thing that
/// happens to the next.
final class World: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// How long after the last happening door and cloud may take to be one.
  static let settleMicroseconds: Int64 = 3 * 3_600_000_000
  /// The end is looked at when nothing was written for so long.
  static let quietMicroseconds: Int64 = 60_000_000
  /// How often the locks are looked at in between, and the inputs; rarer than in real life, so that
  /// years pass in minutes. Everything that waits for it is given as much longer.
  static let reassertMilliseconds = 900_000
  /// As in ``DoorRuntime/DoorRuntime``.
  static let messagesMax = 16_384

  let story: Story
  let time: SimulatedTime
  let trace: Trace
  private(set) var disk: SimulatedDisk
  private(set) var lines: SimulatedLines
  // Set before the world is anybody's: each of the two knows the world.
  // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
  private(set) var wire: SimulatedWire!
  // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
  private(set) var cloud: SimulatedCloud!
  let doors: [DoorID]
  let readers: [ReaderID]
  let people: [String]
  let controllerID = ControllerID("sim-1")!
  let digester: CredentialDigester
  let zones: any ZoneSource
  let rules: ZoneRules
  private let verifier: EnvelopeVerifier
  private var sabotaged: SabotagedParts?
  private var ids: SimulationRandom
  private var queue = Heap<Scheduled>()
  private var order: UInt64 = 0

  // The program, while it runs.
  private(set) var shell: DoorShell?
  private var lanes: SimulatedLanes?
  private var messages: [RuntimeMessage] = []
  private var isDraining = false
  private var isEnding = false
  /// The program was told something beside its inbox: its next deadline may be another.
  private var isTouched = false
  private var tickAt: Int64?
  private(set) var boots = 0
  /// The controller has power.
  var hasPower = false

  // What is true of the site.
  var leafIsOpen: [Bool]
  var lockIsReleased: [Bool]
  var busyUntil: [Int64]
  /// A reader hears nothing useful before that.
  var noisyUntil: [Int64]
  var shownNumber = 0
  var causes: ReleaseCauses
  /// When the disk last failed, and the clock last jumped.
  var diskFaultAt: Int64 = -1
  var clockJumpAt: Int64 = -1
  /// What depends on the clock may be late by how often it is looked at.
  var clockJumpedRecently: Bool {
    clockJumpAt >= 0
      && time.elapsed - clockJumpAt < Int64(Self.reassertMilliseconds) * 1_000 + 60_000_000
  }
  var knowledge: Knowledge
  private(set) var checkers: [any Checker]
  private(set) var violation: Violation?
  var tally = Tally()
  private(set) var isOver = false
  private var lastCommitAt: Int64 = 0
  let formats = FormatTable.default

  private struct Scheduled: Comparable {
    var at: Int64
    var order: UInt64
    var body: (World) -> Void

    static func < (left: Self, right: Self) -> Bool {
      (left.at, left.order) < (right.at, right.order)
    }
    static func == (left: Self, right: Self) -> Bool { left.order == right.order }
  }

  init(story: Story, zones: any ZoneSource, sabotage: Sabotage?, trace: Trace) throws {
    self.story = story
    self.zones = sabotage == .ignoreZone ? SabotagedZones() : zones
    self.trace = trace
    let seed = story.seed
    ids = SimulationRandom(seed: seed, stream: 2)
    rules = try zones.rules(for: story.site.zone)
    time = SimulatedTime(
      start: WallInstant(secondsSince1970: story.site.startSeconds),
      driftPPM: story.site.clockDriftPPM, hasBattery: story.site.hasClockBattery)
    let count = story.site.doors.count
    doors = (0..<count).map { DoorID("door-\($0)")! }
    readers = (0..<count).map { ReaderID("door-\($0)-in")! }
    people = story.site.people.indices.map { "person-\($0)" }
    leafIsOpen = Array(repeating: false, count: count)
    lockIsReleased = story.site.doors.map(\.isFailSafe)
    busyUntil = Array(repeating: 0, count: count)
    noisyUntil = Array(repeating: 0, count: count)
    let keys = Self.secretKeys(ofSeed: seed)
    guard let digester = CredentialDigester(keyBytes: keys["the credential key"] ?? []) else {
      throw SimulationError("a credential key has 32 bytes")
    }
    self.digester = digester
    let signer = try EnvelopeSigner(
      privateKeyBytes: Secret(keys["the cloud's key"] ?? []), keyID: "cloud-1")
    verifier = try EnvelopeVerifier(
      publicKeys: ["cloud-1": signer.publicKeyBytes], audience: controllerID,
      issuer: SimulatedCloud.issuer)
    lines = SimulatedLines(time: time)
    var diskIDs = SimulationRandom(seed: seed, stream: 6)
    disk = SimulatedDisk { diskIDs.id() }
    knowledge = Knowledge(story: story)
    causes = ReleaseCauses(doors: count)
    checkers = allCheckers()
    cloud = SimulatedCloud(
      world: self, controller: controllerID, signer: signer, seed: seed,
      document: firstDocument())
    wire = SimulatedWire(world: self, seed: seed, faults: story.faults)
    sabotaged = sabotage.map {
      SabotagedParts(
        $0, disk: disk, lines: lines, time: time, pin: story.site.people.first?.pin ?? "")
    }
    lines.onDrive = { [unowned self] line, active in driven(line, active) }
    disk.onCommit = { [unowned self] event in
      lastCommitAt = time.elapsed
      see(.committed(event))
    }
  }

  // MARK: Time

  func schedule(inMicroseconds delay: Int64, _ body: @escaping (World) -> Void) {
    order += 1
    queue.insert(Scheduled(at: time.elapsed + max(delay, 0), order: order, body: body))
  }

  /// Runs the story to its end, or to the first violation.
  func run() {
    cloud.firstPeople()
    hasPower = true
    boot()
    for happening in story.happenings {
      schedule(inMicroseconds: happening.at * 1_000) { world in world.happen(happening) }
    }
    let lastAt = max(
      story.happenings.last?.at ?? 0, Int64(story.days) * 86_400_000)
    schedule(inMicroseconds: lastAt * 1_000) { $0.endFaults() }
    while violation == nil, !isOver, let next = queue.popMin() {
      time.elapsed = max(time.elapsed, next.at)
      next.body(self)
      drain()
      see(.stepped)
      tally.steps += 1
    }
    tally.simulatedSeconds = time.elapsed / 1_000_000
    trace.note(time.elapsed, "end") { "\(self.disk.last) events" }
    // What waits refers to the world, and the world to it.
    queue = Heap()
    shell = nil
  }

  /// Everything that is broken is mended; then door and cloud must become one.
  private func endFaults() {
    trace.note(time.elapsed, "mended") { "" }
    disk.fault = nil
    lanes?.commitMilliseconds = story.faults.commitMilliseconds
    schedule(inMicroseconds: 7_300_000_000) { world in
      world.wire.outages = 0
      world.clockJumpAt = world.time.elapsed
      world.time.synchronise()
      world.disk.fault = nil
      if !world.wire.isBrokerUp { world.wire.brokerStarts() }
      if !world.cloud.isUp { world.cloud.start() }
      if !world.hasPower { world.powerReturns() }
      world.schedule(inMicroseconds: Self.settleMicroseconds) { $0.endWhenQuiet() }
    }
  }

  /// What happened just now has not had its time yet: doors go on living.
  private func endWhenQuiet() {
    if time.elapsed - lastCommitAt < Self.quietMicroseconds {
      return schedule(inMicroseconds: Self.quietMicroseconds) { $0.endWhenQuiet() }
    }
    see(.over)
    isOver = true
  }

  // MARK: The program

  func boot() {
    guard hasPower, shell == nil else { return }
    boots += 1
    tally.boots += 1
    let lanes = SimulatedLanes(
      world: self, seed: story.seed &+ UInt64(boots),
      commitMilliseconds: story.faults.commitMilliseconds)
    self.lanes = lanes
    messages = []
    let number = boots
    let inbox = Inbox { [unowned self] message in
      // The last program's late answers have nobody to hear them.
      guard number == boots, self.shell != nil else { return true }
      guard messages.count < Self.messagesMax else { return false }
      messages.append(message)
      return true
    }
    var logger = Logger(label: "simulated") { _ in
      SimulatedLog { [unowned self] line in see(.logged(line)) }
    }
    logger.logLevel = .notice
    let ports = RuntimePorts(
      gpio: sabotaged ?? lines, monotonic: time, wall: sabotaged ?? time, zones: zones,
      events: sabotaged ?? disk, ledger: sabotaged ?? disk, state: sabotaged ?? disk,
      policy: sabotaged ?? disk,
      digester: digester, cloud: .init(link: wire, verifier: verifier))
    let shell = DoorShell(
      configuration: RuntimeConfiguration(
        controller: controllerID, software: "simulated", bootID: ids.id(), layout: layout(),
        failSafeDoors: Set(
          doors.indices.filter { story.site.doors[$0].isFailSafe }.map { doors[$0] }),
        heartbeatSeconds: 14_400, housekeepingSeconds: 900),
      ports: ports, inbox: inbox, lanes: lanes,
      freshID: { [unowned self] in ids.id() }, logger: logger)
    shell.onRecord = { [unowned self] draft in see(.recorded(draft)) }
    self.shell = shell
    trace.note(time.elapsed, "boot") { "\(number)" }
    shell.begin()
    isTouched = true
    see(.began)
    for door in doors.indices where lockIsReleased[door] {
      see(.lock(door: door, isReleased: true))
    }
    drain()
  }

  private func layout() -> ControllerLayout {
    ControllerLayout(
      doors: story.site.doors.enumerated().map { index, door in
        .init(
          id: doors[index], hasContact: true,
          timing: DoorTiming(
            relock: DoorTiming.Relock(rawValue: door.relock) ?? .whenClosed,
            reassertMilliseconds: Self.reassertMilliseconds))
      },
      readers: readers.indices.map { .init(id: readers[$0], door: doors[$0]) },
      sampleMilliseconds: Self.reassertMilliseconds)
  }

  /// The program takes everything that waits for it.
  func drain() {
    guard !isDraining, let shell, isTouched || !messages.isEmpty else { return }
    isDraining = true
    isTouched = false
    while !messages.isEmpty, self.shell === shell {
      let taken = messages
      messages = []
      for message in taken where self.shell === shell { shell.receive(message) }
    }
    isDraining = false
    guard self.shell === shell else { return }
    arm(shell)
  }

  private func arm(_ shell: DoorShell) {
    guard let deadline = shell.nextDeadline else { return }
    let at = max(time.worldTime(of: deadline), time.elapsed)
    if let tickAt, tickAt <= at { return }
    tickAt = at
    let number = boots
    schedule(inMicroseconds: at - time.elapsed) { world in
      guard world.boots == number, world.tickAt == at, let shell = world.shell else { return }
      world.tickAt = nil
      world.isTouched = true
      shell.receive(.tick)
    }
  }

  /// Somebody ordered something of the program directly.
  func touched() { isTouched = true }

  enum Ending { case powerCut, kill, clean }

  func endProgram(_ how: Ending) {
    guard let shell else { return }
    trace.note(time.elapsed, "program ends") { "\(how)" }
    switch how {
    case .clean:
      drain()
      isEnding = true
      shell.end()
      isEnding = false
      lanes?.end()
    case .kill:
      lanes?.end()
      lines.abandon()
      wire.abandon()
    case .powerCut:
      lanes?.end()
      wire.abandon()
    }
    self.shell = nil
    tickAt = nil
    messages = []
    see(.ended(well: how == .clean))
    if how == .powerCut { lines.losePower() }
  }

  func powerReturns() {
    hasPower = true
    time.boot()
    boot()
    synchroniseSoon()
  }

  /// With a network there is a time source, soon.
  func synchroniseSoon() {
    schedule(inMicroseconds: 20_000_000) { world in
      guard world.wire.isConnected, !world.time.isRight else { return }
      world.clockJumpAt = world.time.elapsed
      world.time.synchronise()
      world.trace.note(world.time.elapsed, "clock") { "synchronised" }
    }
  }

  private func driven(_ line: OutputLine, _ active: Bool) {
    guard case .relay(let id) = line, let door = doors.firstIndex(of: id) else { return }
    let isReleased = active != story.site.doors[door].isFailSafe
    guard lockIsReleased[door] != isReleased else { return }
    lockIsReleased[door] = isReleased
    trace.note(time.elapsed, isReleased ? "released" : "secured") { "\(id)" }
    if shell != nil, !isEnding { see(.lock(door: door, isReleased: isReleased)) }
  }

  // MARK: What is seen

  var slowCommits: Int { lanes?.commitMilliseconds ?? 0 }
  func setCommitMilliseconds(_ milliseconds: Int) { lanes?.commitMilliseconds = milliseconds }
  var waitingWork: Int { lanes?.waitingMost ?? 0 }

  func see(_ sight: Sight) {
    guard violation == nil else { return }
    if case .recorded(let draft) = sight { noteRecord(draft) }
    if case .said(let topic, _) = sight {
      trace.note(time.elapsed, "said") { String(topic.split(separator: "/").last ?? "") }
    }
    for checker in checkers {
      if let detail = checker.see(sight, in: self) { return fail(checker.sentence, detail) }
    }
  }

  func fail(_ sentence: String, _ detail: String) {
    guard violation == nil else { return }
    violation = Violation(
      sentence: sentence, detail: detail, atMilliseconds: time.elapsed / 1_000, step: tally.steps)
    trace.note(time.elapsed, "VIOLATION") { "\(sentence): \(detail)" }
  }

  private func noteRecord(_ draft: EventDraft) {
    trace.note(time.elapsed, draft.type) {
      "\(draft.door ?? "") \(draft.person ?? "") \(draft.reason ?? "") \(draft.clockTrust)"
    }
    tally.records += 1
    if draft.type == EventType.accessGranted.wireName { tally.granted += 1 }
    if draft.type == EventType.accessDenied.wireName { tally.denied += 1 }
  }
}

/// What went against a checker's sentence.
public struct Violation: Sendable, Codable, Hashable {
  public var sentence: String
  public var detail: String
  /// Since the story's start.
  public var atMilliseconds: Int64
  public var step: Int
}

/// A simulation that cannot be made.
public struct SimulationError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
