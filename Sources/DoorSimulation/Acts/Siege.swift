import CloudProtocol
import DoorRules

/// Somebody holds the broker for a while, and has every message that was ever signed. New ones are
/// kept back or not; old ones are played, alone and in runs, in order and out of it, with garbage.
/// Some who keep everything back play only what is older than that, so that the door never hears a
/// new word. Some begin with a flood of garbage.
struct Siege {
  /// Of the attempts so many are garbage.
  private static let garbagePercent = 10
  /// The most messages of one run.
  private static let runMax = 12
  /// So many messages from an offer on have all of its chunks.
  private static let snapshotRunMax = 60
  /// One message of a flood a second, for so many seconds.
  private static let floodSeconds = 2_600

  let scheduler: any Scheduler
  let observers: Observers
  let wire: SimulatedWire
  let cloud: SimulatedCloud

  func begin(
    seconds: Int, withheldPercent: Int, pauseSeconds: Int, _ random: inout SimulationRandom
  ) {
    guard wire.withheldPercent == nil else { return }
    wire.withheldPercent = withheldPercent
    let end = scheduler.elapsed + Int64(seconds) * 1_000_000
    if random.chance(25) { flood(Self.floodSeconds, SimulationRandom(seed: random.next())) }
    let isSilent = withheldPercent == 100 && random.chance(60)
    play(
      until: end, pauseSeconds: pauseSeconds, of: isSilent ? cloud.sender.archive.count : .max,
      SimulationRandom(seed: random.next()))
  }

  private func flood(_ left: Int, _ before: SimulationRandom) {
    guard left > 0, wire.withheldPercent != nil else { return }
    var random = before
    playGarbage(&random)
    scheduler.schedule(inMicroseconds: 1_000_000) { flood(left - 1, random) }
  }

  private func playGarbage(_ random: inout SimulationRandom) {
    let kind = random.pick(Topics.Down.allCases)
    let bytes = (0..<random.int(0...300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    wire.play(topic: cloud.sender.topics.topic(kind), payload: bytes)
  }

  /// Plays the first `known` messages that were ever signed.
  private func play(
    until end: Int64, pauseSeconds: Int, of known: Int, _ before: SimulationRandom
  ) {
    guard wire.withheldPercent != nil else { return }
    guard scheduler.elapsed < end else { return wire.endSiege() }
    var random = before
    // Everything has ended when the story mends the world.
    let archive = cloud.sender.archive.prefix(known)
    if random.chance(Self.garbagePercent) {
      playGarbage(&random)
    } else if !archive.isEmpty {
      var run = random.int(0...archive.count - 1)
      // Mostly what is still well signed.
      if random.chance(70) { run = max(archive.count - 1 - random.int(0...120), 0) }
      var messages = Array(archive[run..<min(run + random.int(1...Self.runMax), archive.count)])
      if random.chance(30) { messages.reverse() }
      for message in messages {
        for _ in 0..<(random.chance(20) ? 3 : 1) {
          wire.play(topic: message.topic, payload: message.payload)
        }
      }
      observers.tally[.replays] += messages.count
    }
    let pause = Int64(random.int(1...pauseSeconds * 2)) * 1_000_000
    scheduler.schedule(inMicroseconds: pause) {
      play(until: end, pauseSeconds: pauseSeconds, of: known, random)
    }
  }

  /// Keeps everything back and takes the door to what was true some time ago: plays the last
  /// snapshot of that time, whole and in order, after its configuration, every so many seconds.
  func rewind(seconds: Int, toSecondsAgo: Int, pauseSeconds: Int) {
    guard wire.withheldPercent == nil else { return }
    wire.withheldPercent = 100
    let then = scheduler.elapsed - Int64(toSecondsAgo) * 1_000_000
    let archive = cloud.sender.archive.prefix { $0.sentAt <= then }
    let topics = cloud.sender.topics
    let offer = archive.indices.last { archive[$0].topic == topics.topic(.snapshot) }
    let known = offer ?? archive.endIndex
    var messages = archive[..<known].last { $0.topic == topics.topic(.config) }.map { [$0] } ?? []
    if let offer {
      messages.append(archive[offer])
      messages += archive[offer...].prefix(Self.snapshotRunMax)
        .filter { $0.topic == topics.topic(.chunk) }
    }
    let end = scheduler.elapsed + Int64(seconds) * 1_000_000
    play(messages, until: end, pauseSeconds: pauseSeconds)
  }

  private func play(_ messages: [SentMessage], until end: Int64, pauseSeconds: Int) {
    guard wire.withheldPercent != nil else { return }
    guard scheduler.elapsed < end else { return wire.endSiege() }
    for message in messages { wire.play(topic: message.topic, payload: message.payload) }
    observers.tally[.replays] += messages.count
    scheduler.schedule(inMicroseconds: Int64(pauseSeconds) * 1_000_000) {
      play(messages, until: end, pauseSeconds: pauseSeconds)
    }
  }
}
