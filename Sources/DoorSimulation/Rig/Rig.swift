import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// The controller: its hardware, and its program while that runs.
final class Rig {
  static let controllerID = ControllerID("sim-1")!
  /// Interval of the periodic check of locks and inputs. It is longer than in a real controller, so
  /// that years pass in minutes; checkers that depend on it wait as much longer.
  static let reassertMilliseconds = 900_000
  /// The same for doors whose relay is at a reader, which holds it three times as long.
  static let reassertAtReaderMilliseconds = 60_000
  /// So long after a trouble its relay may be where nobody wanted it: a reader that restarted is told again
  /// with the next check.
  static let lineTroubleMicroseconds = Int64(reassertAtReaderMilliseconds) * 1_000 + 20_000_000
  static let housekeepingSeconds = 900

  let hardware: Hardware
  private let story: Story
  private let clockwork: Clockwork
  private let site: Site
  private let observers: Observers
  private let ids: IDSource
  private(set) var program: Program?
  private(set) var boots = 0
  private var bootedAt: Int64 = 0
  /// Since when the program can read files: its start, or the end of a stall.
  var readsFrom: Int64 { max(bootedAt, disk.readStall.upperBound) }
  /// Since when the program runs.
  var runsSince: Int64? { program == nil ? nil : bootedAt }
  var hasPower = false
  /// What the outputs do now is not the program's doing.
  private var isUnasked = false
  init(
    story: Story, clockwork: Clockwork, site: Site, observers: Observers, hardware: Hardware
  ) {
    self.story = story
    self.clockwork = clockwork
    self.site = site
    self.observers = observers
    self.hardware = hardware
    ids = IDSource(seed: story.seed)
    hardware.wire.attach(door: self)
    hardware.lines.onDrive = { [weak self] line, active in self?.driven(line, active) }
    hardware.bus?.onRelay = { [weak self] door, active, isAsked in
      self?.switched(door, active, isAsked: isAsked)
    }
    hardware.disk.onAccess = { [weak self] operation in
      guard let self, self.program?.isServing == true else { return }
      self.observers.see(.waitedForDisk(operation))
    }
    hardware.disk.log.onCommit = { [observers] event in observers.see(.committed(event)) }
  }

  var lines: SimulatedLines { hardware.lines }
  var disk: SimulatedDisk { hardware.disk }
  private var time: SimulatedTime { hardware.time }

  // MARK: The program

  func boot() {
    guard hasPower, program == nil else { return }
    boots += 1
    bootedAt = clockwork.elapsed
    time.programStarts()
    observers.tally[.boots] += 1
    let lanes = SimulatedLanes(
      scheduler: clockwork, seed: story.seed &+ UInt64(boots),
      commitMilliseconds: story.faults.commitMilliseconds,
      readsAnsweredFrom: disk.readStall.upperBound)
    let program = Program(
      clockwork: clockwork, lanes: lanes, ports: hardware.ports, ids: ids, observers: observers,
      configuration: configuration(), brokerEventsAtOnceMax: hardware.brokerEventsAtOnceMax)
    self.program = program
    clockwork.note("boot") { "\(boots)" }
    program.begin()
    observers.see(.began)
    // The locks take their levels one after the other, the last of them within a second.
    clockwork.schedule(inMicroseconds: 1_000_000) { [self, boots] in
      guard self.boots == boots, self.program != nil, lines.relays.follow(at: clockwork.elapsed)
      else { return }
      for door in site.doors.indices where site.lockIsReleased[door] {
        observers.see(.lock(door: door, isReleased: true))
      }
    }
    drain()
  }

  /// The disk answers no read before `end`.
  func stallReads(until end: Int64) {
    disk.stallReads(clockwork.elapsed..<max(end, clockwork.elapsed))
    program?.lanes.readsAnsweredFrom = end
  }

  private func configuration() -> RuntimeConfiguration {
    let layout = ControllerLayout(
      doors: site.plan.doors.enumerated().map { index, door in
        .init(
          id: site.doors[index], hasContact: true,
          timing: DoorTiming(
            relock: DoorTiming.Relock(rawValue: door.relock) ?? .whenClosed,
            reassertMilliseconds: site.hasLinesAtReader(index)
              ? Self.reassertAtReaderMilliseconds : Self.reassertMilliseconds),
          onBatteryLow: door.releasesOnLowBattery == true ? .release : .keep)
      },
      readers: site.readers.indices.map {
        .init(id: site.readers[$0], door: site.doors[$0], formats: Site.formats)
      },
      sampleMilliseconds: Self.reassertMilliseconds,
      inputs: site.plan.alarm == nil
        ? [] : [InputID(StorySite.Alarm.name)].compactMap { $0.map { .init(id: $0) } },
      outputs: site.plan.alarm == nil ? [] : [OutputID(StorySite.Alarm.lamp)].compactMap(\.self))
    return RuntimeConfiguration(
      controller: Self.controllerID, software: "simulated", bootID: ids.next(),
      machineBoot: String(time.boots), layout: layout,
      failSafeDoors: Set(
        site.doors.indices.filter { site.plan.doors[$0].isFailSafe }.map { site.doors[$0] }),
      staggerMilliseconds: hardware.staggerMilliseconds, heartbeatSeconds: 14_400,
      housekeepingSeconds: Self.housekeepingSeconds)
  }

  /// The program handles all waiting messages.
  func drain() { program?.drain() }

  /// The program's thread fetches the edges.
  func fetch() {
    guard program != nil else { return }
    lines.deliverPending()
    drain()
  }

  enum Ending { case powerCut, kill, clean }

  func endProgram(_ how: Ending) {
    guard let program else { return }
    clockwork.note("program ends") { "\(how)" }
    switch how {
    case .clean:
      drain()
      isUnasked = true
      program.endCleanly()
      isUnasked = false
      program.lanes.end()
    case .kill:
      program.lanes.end()
      lines.abandon()
      hardware.bus?.stop()
      hardware.wire.abandon()
    case .powerCut:
      time.stop()
      hardware.bus?.stop()
      hardware.bus?.powerFails()
      program.lanes.end()
      hardware.wire.abandon()
    }
    discard()
    observers.see(.ended(well: how == .clean))
    if how == .powerCut { lines.losePower() }
  }

  /// The program is gone.
  func discard() {
    program?.discard()
    program = nil
  }

  func powerReturns() {
    hasPower = true
    time.boot()
    boot()
    synchroniseSoon()
  }

  /// With a network, the clock is synchronised after a while.
  func synchroniseSoon() {
    clockwork.schedule(inMicroseconds: 20_000_000) { [self] in
      guard hardware.wire.isConnected, !time.isRight else { return }
      time.synchronise()
      clockwork.note("clock") { "synchronised" }
    }
  }

  /// Whether the door's lines are at the controller, or at a reader that nothing kept away since then.
  func hasLines(_ door: Int, since start: Int64) -> Bool {
    !site.hasLinesAtReader(door) || hardware.bus?.hasServed(door, since: start) == true
  }

  // MARK: The board of the outputs

  func boardFalls() {
    isUnasked = true
    lines.loseOutputs()
    isUnasked = false
  }

  func boardReturns() {
    lines.regainOutputs()
  }

  private func driven(_ line: OutputLine, _ active: Bool) {
    guard case .relay(let id) = line, let door = site.doors.firstIndex(of: id) else { return }
    switched(door, active, isAsked: !isUnasked)
  }

  private func switched(_ door: Int, _ active: Bool, isAsked: Bool) {
    let isReleased = active != site.plan.doors[door].isFailSafe
    guard site.lockIsReleased[door] != isReleased else { return }
    site.lockIsReleased[door] = isReleased
    clockwork.note(isReleased ? "released" : "secured") { "\(site.doors[door])" }
    if program != nil, isAsked { observers.see(.lock(door: door, isReleased: isReleased)) }
  }
}

extension Rig: WireDoorEnd {
  func connected() {
    synchroniseSoon()
    drain()
  }

  func arrives(_ payload: [UInt8]) {
    guard program != nil else { return }
    observers.knowledge.words.arrived(
      payload, cache: disk.cache.revision, boot: boots,
      isSound: time.isRight && !time.mayMislead && disk.fault == nil, at: clockwork.elapsed)
  }

  func delivered() { drain() }
}
