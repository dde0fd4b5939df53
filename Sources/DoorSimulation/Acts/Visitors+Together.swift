import DoorRules
import WiegandCodec

/// People who show a card and a PIN, people in pairs, and those who show a card more than once.
extension Visitors {
  func identify(
    _ person: Int, at door: Int, pauseMilliseconds: Int, then passage: Passage,
    _ random: inout SimulationRandom
  ) {
    guard isRunning, isFree(door) else { return }
    clockwork.note("identifies") { "\(site.people[person]) \(door)" }
    let end = show(
      person, at: door, pauseMilliseconds: pauseMilliseconds, startingIn: 1_000, &random)
    site.busyUntil[door] = clockwork.elapsed + end + 12_000_000
    pass(door, passage, after: end + 1_000_000, &random)
  }

  func pair(
    _ first: Int, _ second: Int, at door: Int, gapMilliseconds: Int, then passage: Passage,
    _ random: inout SimulationRandom
  ) {
    guard isRunning, isFree(door) else { return }
    clockwork.note("pair") { "\(site.people[first]) \(site.people[second]) \(door)" }
    let pause = random.int(1_000...3_000)
    var end = show(first, at: door, pauseMilliseconds: pause, startingIn: 1_000, &random)
    end = show(
      second, at: door, pauseMilliseconds: pause,
      startingIn: end + Int64(gapMilliseconds) * 1_000, &random)
    site.busyUntil[door] = clockwork.elapsed + end + 12_000_000
    pass(door, passage, after: end + 1_000_000, &random)
  }

  /// `pauses` are milliseconds from the end of one presentation to the next one.
  func badgeAgain(
    _ person: Int, at door: Int, pauses: [Int], then passage: Passage,
    _ random: inout SimulationRandom
  ) {
    guard isRunning, isFree(door) else { return }
    clockwork.note("again") { "\(site.people[person]) \(door)" }
    var end = show(person, at: door, pauseMilliseconds: 0, startingIn: 1_000, &random)
    for pause in pauses {
      end = show(
        person, at: door, pauseMilliseconds: 0, startingIn: end + Int64(pause) * 1_000, &random,
        isLater: true)
    }
    site.busyUntil[door] = clockwork.elapsed + end + 12_000_000
    pass(door, passage, after: end + 1_000_000, &random)
  }

  /// In which run of the program a presentation began.
  private final class Beginning {
    var boots: Int

    init(_ boots: Int) { self.boots = boots }
  }

  /// The card and, where the door asks for both, the PIN; returns when the last bit is sent. One that is
  /// shown later is read whole by a program that starts before it.
  private func show(
    _ person: Int, at door: Int, pauseMilliseconds: Int, startingIn start: Int64,
    _ random: inout SimulationRandom, isLater: Bool = false
  ) -> Int64 {
    let known = site.plan.people[person]
    let card = site.card(of: person)
    guard let bits = bits(of: card) else { return start }
    observers.tally[.cards] += 1
    let end = send(bits, to: door, at: start, isStuck: false)
    let beginning = Beginning(rig.boots)
    if isLater { clockwork.schedule(inMicroseconds: start) { beginning.boots = rig.boots } }
    present(
      person, at: door, kind: "card", canonical: card.canonicalOfAnyIssue.reveal(),
      issue: card.issue, after: end, mustBeDecided: false, since: beginning.boots)
    guard site.plan.doors[door].asksForBoth else { return end }
    return typePIN(
      person, known.pin, at: door, then: nil,
      startingIn: end + Int64(pauseMilliseconds) * 1_000, after: card, &random)
  }
}
