import CloudProtocol
import DoorRules

/// Somebody with the broker's password and without the cloud's key.
struct Attacker {
  let scheduler: any Scheduler
  let site: Site
  let observers: Observers
  let wire: SimulatedWire
  let cloud: SimulatedCloud

  func attack(_ attack: Attack, _ random: inout SimulationRandom) {
    observers.tally[.attacks] += 1
    scheduler.note("attack") { "\(attack)" }
    let sender = cloud.sender
    switch attack {
    case .replay(let back):
      guard !sender.archive.isEmpty else { return }
      let old = sender.archive[max(sender.archive.count - 1 - back, 0)]
      wire.play(topic: old.topic, payload: old.payload)
    case .forgedUnlock(let door):
      let key = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      guard
        let signer = try? EnvelopeSigner(privateKeyBytes: Secret(key), keyID: sender.signer.keyID)
      else { return }
      sendUnlock(door, signedBy: signer, for: sender.controller, id: random.id())
    case .misdirectedUnlock(let door):
      guard let other = ControllerID("sim-2") else { return }
      sendUnlock(door, signedBy: sender.signer, for: other, id: random.id())
    case .garbage(let bytes):
      let kind = random.pick(Topics.Down.allCases)
      send(kind, (0..<bytes).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    case .siege(let seconds, let withheldPercent, let pauseSeconds):
      Siege(scheduler: scheduler, observers: observers, wire: wire, cloud: cloud)
        .begin(
          seconds: seconds, withheldPercent: withheldPercent, pauseSeconds: pauseSeconds, &random)
    case .rewind(let seconds, let ago, let pauseSeconds):
      Siege(scheduler: scheduler, observers: observers, wire: wire, cloud: cloud)
        .rewind(seconds: seconds, toSecondsAgo: ago, pauseSeconds: pauseSeconds)
    }
  }

  private func sendUnlock(
    _ door: Int, signedBy signer: EnvelopeSigner, for audience: ControllerID, id: String
  ) {
    let unlock = Command(
      kind: .adminUnlock, door: site.doors[door].rawValue, person: "mallory", reason: "attack",
      sessionNonce: cloud.session?.nonce)
    guard
      let payload = try? signer.sign(
        unlock, kind: .commands, issuer: CloudSender.issuer, audience: audience, id: id,
        at: scheduler.wall, lifetimeSeconds: 20)
    else { return }
    send(.commands, payload)
  }

  private func send(_ kind: Topics.Down, _ payload: [UInt8]) {
    wire.play(topic: cloud.sender.topics.topic(kind), payload: payload)
  }
}
