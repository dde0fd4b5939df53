import CloudProtocol
import DoorRules
import Foundation
import WiegandCodec

/// One credential, from publishing it until the door reports it as applied, through a broker. At the
/// end the last credential must open a door.
struct PushScenario: Scenario {
  let name = "push"
  static let pushes = 200

  func measure(in place: BenchPlace) throws -> [Figure] {
    let folder = try place.preparedState("push", isAcknowledged: true)
    defer { place.discard(folder) }
    let broker = try Broker(in: place)
    defer { broker.stop() }
    let cloud = try BenchCloud(brokerPort: broker.port)
    defer { cloud.stop() }
    let daemon = try BenchDaemon(in: place, stateFolder: folder, brokerPort: broker.port)
    try daemon.start()
    defer { daemon.stop() }
    _ = try Stopwatch.until("a hello", patienceSeconds: 20) { cloud.hello != nil }
    guard var revision = cloud.hello?.credentialRevision,
      let digester = CredentialDigester(keyBytes: BenchWorld.credentialKey)
    else { throw LabFailure("no hello") }
    var times: [Double] = []
    var last = place.sizes.credentials
    for number in 0..<Self.pushes {
      place.progress.step("\(number) of \(Self.pushes)")
      last = place.sizes.credentials + number
      // p3 is a member of staff.
      let record = CredentialRecord(
        id: "c\(last)", kind: "card", person: "p3", status: "active",
        digest: digester.digest(ofCanonical: BenchWorld.card(last).canonical), everywhere: true)
      let start = Stopwatch.now
      try cloud.send(
        CredentialDelta(
          baseRevision: revision, revision: revision + 1, credentials: [record]), .credentials)
      revision += 1
      _ = try Stopwatch.until("credential \(number)", patienceSeconds: 20, pauseMicroseconds: 200) {
        cloud.applied?.revision == revision && cloud.applied?.applied == true
      }
      times.append(Double(Stopwatch.now - start) / 1e6)
      // Avoid any rhythm of the door.
      usleep(UInt32(20_000 + number * 7_919 % 30_000))
    }
    try daemon.badge(reader: BenchWorld.readers[0], card: last)
    let credential = "c\(last)"
    _ = try Stopwatch.until("the last one opens", patienceSeconds: 20) {
      cloud.wasGranted(credential)
    }
    return [
      Figure(
        "one credential pushed until it works", unit: "ms", of: times,
        aim: Figure.Aim(of: .p99, bound: 50))
    ]
  }
}
