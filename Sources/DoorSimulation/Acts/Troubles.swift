/// Breaks things, and repairs them after the time that the fault states.
struct Troubles {
  let scheduler: any Scheduler
  let observers: Observers
  let wire: SimulatedWire
  let cloud: SimulatedCloud
  let rig: Rig
  let zones: SimulatedZones
  /// Duration of a commit while the disk is not slow.
  let commitMilliseconds: Int

  func fault(_ fault: Fault) {
    scheduler.note("fault") { "\(fault)" }
    switch fault {
    case .outage(let seconds, let isHalfOpen):
      count(.outages)
      wire.outages += 1
      wire.cut(isHalfOpen: isHalfOpen)
      after(seconds) { wire.outages = max(wire.outages - 1, 0) }
    case .broker(let seconds, let keepsMemory):
      guard wire.isBrokerUp else { return }
      count(.brokerRestarts)
      wire.brokerStops(keepsMemory: keepsMemory)
      after(seconds) { if !wire.isBrokerUp { wire.brokerStarts() } }
    case .cloudDown(let seconds):
      guard cloud.isUp else { return }
      cloud.stop()
      after(seconds) { if !cloud.isUp { cloud.start() } }
    case .powerCut(let seconds):
      guard rig.hasPower else { return }
      count(.powerCuts)
      rig.hasPower = false
      rig.endProgram(.powerCut)
      after(seconds) { if !rig.hasPower { rig.powerReturns() } }
    case .kill, .cacheLost, .stateLost:
      guard rig.program != nil else { return }
      count(fault == .kill ? .kills : .diskFaults)
      rig.endProgram(.kill)
      if fault == .cacheLost { rig.disk.cache.lose() }
      if fault == .stateLost { rig.disk.state.loseWhatIsKeptTwice() }
      scheduler.schedule(inMicroseconds: 500_000) {
        if rig.program == nil { rig.lines.losePower() }
      }
      scheduler.schedule(inMicroseconds: 2_000_000) { rig.boot() }
    case .cleanRestart:
      guard rig.program != nil else { return }
      rig.endProgram(.clean)
      scheduler.schedule(inMicroseconds: 2_000_000) { rig.boot() }
    case .diskFull(let seconds): breakDisk(.full, forSeconds: seconds)
    case .diskError(let seconds): breakDisk(.error, forSeconds: seconds)
    case .slowDisk(let milliseconds, let seconds):
      count(.diskFaults)
      rig.program?.lanes.commitMilliseconds = milliseconds
      after(seconds) { rig.program?.lanes.commitMilliseconds = commitMilliseconds }
    case .readStall(let milliseconds):
      count(.diskFaults)
      rig.stallReads(until: scheduler.elapsed + Int64(milliseconds) * 1_000)
    case .spoiledEvents(let number):
      count(.diskFaults)
      rig.disk.log.spoil(number)
    case .clockStep(let seconds, let corrected):
      count(.clockSteps)
      rig.hardware.time.step(milliseconds: Int64(seconds) * 1_000)
      after(corrected) { if wire.isConnected { rig.hardware.time.synchronise() } }
    case .clockLies(let offset, let seconds):
      guard wire.isConnected, rig.hasPower else { return }
      count(.clockSteps)
      rig.hardware.time.lie(milliseconds: Int64(offset) * 1_000)
      after(seconds) {
        if wire.isConnected {
          rig.hardware.time.synchronise()
        } else {
          rig.hardware.time.loseSource()
        }
      }
    case .clockLosesSource(let seconds):
      rig.hardware.time.loseSource()
      after(seconds) { rig.synchroniseSoon() }
    case .boardGone(let seconds):
      guard rig.lines.relays.isThere else { return }
      count(.boards)
      rig.boardFalls()
      after(seconds) { rig.boardReturns() }
    case .zoneGone(let seconds): breakZone(.gone, forSeconds: seconds)
    case .zoneCut(let seconds): breakZone(.cut, forSeconds: seconds)
    case .zoneLaw(let other):
      count(.zoneFaults)
      zones.change(toThatOf: other)
    }
  }

  private func count(_ figure: Tally.Figure) { observers.tally[figure] += 1 }

  private func after(_ seconds: Int, _ body: @escaping () -> Void) {
    scheduler.schedule(inMicroseconds: Int64(seconds) * 1_000_000, body)
  }

  private func breakZone(_ file: SimulatedZones.File, forSeconds seconds: Int) {
    count(.zoneFaults)
    zones.become(file)
    after(seconds) { zones.become(.sound) }
  }

  private func breakDisk(_ fault: DiskFault, forSeconds seconds: Int) {
    count(.diskFaults)
    rig.disk.setFault(fault, at: scheduler.elapsed)
    after(seconds) { rig.disk.setFault(nil, at: scheduler.elapsed) }
  }
}
