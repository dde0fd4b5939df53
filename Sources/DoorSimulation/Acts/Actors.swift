import CloudProtocol
import DoorRules

/// Carries out the happenings of a story.
struct Actors {
  let staff: CloudStaff
  private let visitors: Visitors
  private let operators: Operators
  private let attacker: Attacker
  private let troubles: Troubles
  private let lineTroubles: LineTroubles

  init(
    story: Story, clockwork: Clockwork, site: Site, observers: Observers, wire: SimulatedWire,
    cloud: SimulatedCloud, rig: Rig, zones: SimulatedZones, digester: CredentialDigester
  ) {
    staff = CloudStaff(cloud: cloud, site: site, observers: observers, digester: digester)
    visitors = Visitors(
      clockwork: clockwork, site: site, rig: rig, observers: observers,
      bounces: story.faults.bounces)
    operators = Operators(
      clockwork: clockwork, site: site, rig: rig, zones: zones, observers: observers, cloud: cloud,
      staff: staff, visitors: visitors)
    attacker = Attacker(
      scheduler: clockwork, site: site, observers: observers, wire: wire, cloud: cloud)
    troubles = Troubles(
      scheduler: clockwork, observers: observers, wire: wire, cloud: cloud, rig: rig,
      zones: zones, commitMilliseconds: story.faults.commitMilliseconds)
    lineTroubles = LineTroubles(clockwork: clockwork, site: site, observers: observers, rig: rig)
  }

  func happen(_ happening: Happening) {
    var random = SimulationRandom(seed: happening.seed)
    switch happening.what {
    case .badge(let person, let door, let passage, let spoiled):
      visitors.badge(person, at: door, then: passage, spoiled: spoiled, &random)
    case .badgeOld(let person, let door, let passage):
      visitors.badge(person, at: door, old: true, then: passage, spoiled: nil, &random)
    case .typePIN(let person, let door, let slips, let passage):
      visitors.typePIN(person, at: door, slips: slips, then: passage, &random)
    case .pair(let first, let second, let door, let gap, let passage):
      visitors.pair(
        first, second, at: door, gapMilliseconds: gap, then: passage, &random)
    case .identify(let person, let door, let pause, let passage):
      visitors.identify(
        person, at: door, pauseMilliseconds: pause, then: passage, &random)
    case .badgeAgain(let person, let door, let pauses, let passage):
      visitors.badgeAgain(person, at: door, pauses: pauses, then: passage, &random)
    case .strangerCard(let door):
      visitors.badge(nil, at: door, then: .enters, spoiled: nil, &random)
    case .guessPINs(let door, let tries): visitors.guessPINs(tries, at: door, &random)
    case .leave(let door, let seconds): visitors.leave(door, openSeconds: seconds, &random)
    case .force(let door, let seconds): visitors.force(door, openSeconds: seconds)
    case .fire(let seconds): visitors.fire(seconds: seconds)
    case .alarm(let seconds): visitors.alarm(seconds: seconds)
    case .mainsLost(let seconds, let low): visitors.loseMains(seconds: seconds, lowAfter: low)
    case .noise(let door, let edges): visitors.noise(door, edges: edges, &random)
    case .staff(let action): operators.staff(action)
    case .frontDesk(let action): operators.desk(action)
    case .command(let action): operators.command(action, &random)
    case .attack(let attack): attacker.attack(attack, &random)
    case .fault(let fault): troubles.fault(fault)
    case .line(let trouble): lineTroubles.happen(trouble)
    }
  }
}
