import Foundation

/// Memory and processor of the daemon with nobody at the door, and with ten badges a second at
/// eight readers. Connected to a broker and a cloud that acknowledges.
struct IdleScenario: Scenario {
  let name = "idle and busy"
  static let seconds = 20.0
  static let badgesPerSecond = 10

  func measure(in place: BenchPlace) throws -> [Figure] {
    let folder = try place.preparedState("idle", isAcknowledged: true)
    defer { place.discard(folder) }
    let broker = try Broker(in: place)
    defer { broker.stop() }
    let cloud = try BenchCloud(brokerPort: broker.port)
    defer { cloud.stop() }
    let daemon = try BenchDaemon(in: place, stateFolder: folder, brokerPort: broker.port)
    try daemon.start()
    defer { daemon.stop() }
    let process = try daemon.running()
    _ = try Stopwatch.until("a hello", patienceSeconds: 20) { cloud.hello != nil }
    usleep(3_000_000)

    place.progress.step("idle for \(Int(Self.seconds)) s")
    let idle = try share(of: process) { usleep(UInt32(Self.seconds * 1_000_000)) }
    let idleMemory = try process.memoryBytes("VmRSS")

    var generator = SeededGenerator(seed: 5)
    let count = Int(Self.seconds) * Self.badgesPerSecond
    let busy = try share(of: process) {
      let start = Stopwatch.now
      for number in 0..<count {
        place.progress.step("badge \(number) of \(count)")
        let due = start + UInt64(number) * 1_000_000_000 / UInt64(Self.badgesPerSecond)
        if Stopwatch.now < due { usleep(UInt32((due - Stopwatch.now) / 1_000)) }
        let card = BenchWorld.staffCard(of: place.sizes.credentials, using: &generator)
        try daemon.badge(reader: BenchWorld.readers[number % 8], card: card)
      }
    }
    let busyMemory = try process.memoryBytes("VmRSS")
    return [
      Figure("idle, memory", unit: "MB", of: [idleMemory / 1e6], aim: Figure.Aim(bound: 48)),
      Figure("idle, of one core", unit: "%", of: [idle], aim: Figure.Aim(bound: 1)),
      Figure(
        "10 badges a second, memory", unit: "MB", of: [busyMemory / 1e6],
        aim: Figure.Aim(bound: 48)),
      Figure("10 badges a second, of one core", unit: "%", of: [busy], aim: Figure.Aim(bound: 5)),
    ]
  }

  /// Percent of one core while `body` runs.
  private func share(of process: ChildProgram, _ body: () throws -> Void) throws -> Double {
    let before = try process.processorSeconds()
    let start = Stopwatch.now
    try body()
    return (try process.processorSeconds() - before) / (Double(Stopwatch.now - start) / 1e9) * 100
  }
}
