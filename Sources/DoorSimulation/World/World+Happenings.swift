import CloudProtocol
import DoorRules

/// From the story to the world.
extension World {
  func happen(_ happening: Happening) {
    var random = SimulationRandom(seed: happening.seed)
    switch happening.what {
    case .badge(let person, let door, let passage, let spoiled):
      badge(person, at: door, then: passage, spoiled: spoiled, &random)
    case .typePIN(let person, let door, let slips, let passage):
      typePIN(person, at: door, slips: slips, then: passage, &random)
    case .strangerCard(let door):
      badge(nil, at: door, then: .enters, spoiled: nil, &random)
    case .guessPINs(let door, let tries): guessPINs(tries, at: door, &random)
    case .leave(let door, let seconds): leave(door, openSeconds: seconds, &random)
    case .force(let door, let seconds): force(door, openSeconds: seconds)
    case .fire(let seconds): fire(seconds: seconds)
    case .noise(let door, let edges): noise(door, edges: edges, &random)
    case .staff(let action): staff(action)
    case .frontDesk(let action): desk(action)
    case .command(let action): command(action, &random)
    case .attack(let attack): self.attack(attack, &random)
    case .fault(let fault): self.fault(fault)
    }
  }

  private func attack(_ attack: Attack, _ random: inout SimulationRandom) {
    tally.attacks += 1
    trace.note(time.elapsed, "attack") { "\(attack)" }
    func send(_ kind: Topics.Down, _ payload: [UInt8]) {
      _ = wire.publishDown(topic: cloud.topics.topic(kind), payload: payload)
    }
    func unlock(_ door: Int) -> Command {
      Command(
        kind: .adminUnlock, door: doors[door].rawValue, person: "mallory", reason: "attack",
        sessionNonce: cloud.session?.nonce)
    }
    switch attack {
    case .replay(let back):
      guard !cloud.spoken.isEmpty else { return }
      let old = cloud.spoken[max(cloud.spoken.count - 1 - back, 0)]
      _ = wire.publishDown(topic: old.topic, payload: old.payload)
    case .forgedUnlock(let door):
      let key = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      guard
        let signer = try? EnvelopeSigner(privateKeyBytes: Secret(key), keyID: cloud.signer.keyID),
        let payload = try? signer.sign(
          unlock(door), kind: .commands, issuer: SimulatedCloud.issuer, audience: controllerID,
          id: random.id(), at: time.wall, lifetimeSeconds: 20)
      else { return }
      send(.commands, payload)
    case .misdirectedUnlock(let door):
      guard let other = ControllerID("sim-2"),
        let payload = try? cloud.signer.sign(
          unlock(door), kind: .commands, issuer: SimulatedCloud.issuer, audience: other,
          id: random.id(), at: time.wall, lifetimeSeconds: 20)
      else { return }
      send(.commands, payload)
    case .garbage(let bytes):
      let kind = random.pick(Topics.Down.allCases)
      send(kind, (0..<bytes).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  private func fault(_ fault: Fault) {
    trace.note(time.elapsed, "fault") { "\(fault)" }
    func after(_ seconds: Int, _ body: @escaping (World) -> Void) {
      schedule(inMicroseconds: Int64(seconds) * 1_000_000, body)
    }
    switch fault {
    case .outage(let seconds, let isHalfOpen):
      tally.outages += 1
      wire.outages += 1
      wire.cut(isHalfOpen: isHalfOpen)
      after(seconds) { $0.wire.outages = max($0.wire.outages - 1, 0) }
    case .broker(let seconds, let keepsMemory):
      guard wire.isBrokerUp else { return }
      tally.brokerRestarts += 1
      wire.brokerStops(keepsMemory: keepsMemory)
      after(seconds) { if !$0.wire.isBrokerUp { $0.wire.brokerStarts() } }
    case .cloudDown(let seconds):
      guard cloud.isUp else { return }
      cloud.stop()
      after(seconds) { if !$0.cloud.isUp { $0.cloud.start() } }
    case .powerCut(let seconds):
      guard hasPower else { return }
      tally.powerCuts += 1
      hasPower = false
      endProgram(.powerCut)
      after(seconds) { if !$0.hasPower { $0.powerReturns() } }
    case .kill:
      guard shell != nil else { return }
      tally.kills += 1
      endProgram(.kill)
      schedule(inMicroseconds: 500_000) { if $0.shell == nil { $0.lines.losePower() } }
      schedule(inMicroseconds: 2_000_000) { $0.boot() }
    case .cleanRestart:
      guard shell != nil else { return }
      endProgram(.clean)
      schedule(inMicroseconds: 2_000_000) { $0.boot() }
    case .diskFull(let seconds):
      tally.diskFaults += 1
      breakDisk(.full)
      after(seconds) { $0.mendDisk() }
    case .diskError(let seconds):
      tally.diskFaults += 1
      breakDisk(.error)
      after(seconds) { $0.mendDisk() }
    case .slowDisk(let milliseconds, let seconds):
      tally.diskFaults += 1
      setCommitMilliseconds(milliseconds)
      after(seconds) { $0.setCommitMilliseconds($0.story.faults.commitMilliseconds) }
    case .spoiledEvents(let count):
      tally.diskFaults += 1
      disk.spoil(count)
    case .clockStep(let seconds, let corrected):
      tally.clockSteps += 1
      clockJumpAt = time.elapsed
      time.step(milliseconds: Int64(seconds) * 1_000)
      after(corrected) { world in
        guard world.wire.isConnected else { return }
        world.clockJumpAt = world.time.elapsed
        world.time.synchronise()
      }
    case .clockLosesSource(let seconds):
      time.loseSource()
      after(seconds) { $0.synchroniseSoon() }
    }
  }

  private func breakDisk(_ fault: DiskFault) {
    disk.fault = fault
    diskFaultAt = time.elapsed
  }

  func mendDisk() {
    disk.fault = nil
    diskFaultAt = time.elapsed
  }
}
