import CloudProtocol
import Foundation

/// A new door takes everybody from the real cloud.
struct SnapshotScenario: Scenario {
  let name = "snapshot"

  func measure(in place: BenchPlace) throws -> [Figure] {
    let site = try BenchSite(in: place)
    defer { site.stop() }
    place.progress.step("importing into the cloud")
    let people = try place.newFolder("people") + "/people.jsonl"
    let persons = max(1, Int(Double(place.sizes.credentials) * BenchWorld.personsPerCredential))
    let lines = (0..<place.sizes.credentials).map { index in
      """
      {"person":"p\(index % persons)","card":"H10301:\(index >> 16 & 0xFF):\(index & 0xFFFF)",\
      "id":"c\(index)"}

      """
    }
    try Data(lines.joined().utf8).write(to: URL(filePath: people))
    try site.run("import", BenchDaemon.controller, people)
    try site.serve()
    let watch = try BrokerWatch(brokerPort: site.brokerPort)
    defer { watch.stop() }
    let before = try watch.bytesSent()

    let state = try place.newFolder("empty")
    let daemon = try BenchDaemon(
      in: place, stateFolder: state, brokerPort: site.brokerPort, device: site.device)
    let start = Stopwatch.now
    try daemon.start()
    defer { daemon.stop() }
    place.progress.step("taking the snapshot")
    _ = try Stopwatch.until("the snapshot is in force", patienceSeconds: 300) {
      guard let report = watch.applied, report.subject == .credentials else { return false }
      guard report.applied else { throw LabFailure("refused: \(report.problems)") }
      return report.revision > 0
    }
    let seconds = Double(Stopwatch.now - start) / 1e9
    let peak = try daemon.running().memoryBytes("VmHWM")
    let bytes = try watch.bytesSent() - before
    let count = Double(place.sizes.credentials)
    return [
      Figure(
        "snapshot of \(grouped(place.sizes.credentials)) credentials", unit: "s", of: [seconds],
        aim: Figure.Aim(bound: 15)),
      Figure(
        "snapshot, on the wire for each credential", unit: "bytes", of: [bytes / count],
        aim: Figure.Aim(bound: 200)),
      Figure(
        "snapshot, highest memory of the door", unit: "MB", of: [peak / 1e6],
        aim: Figure.Aim(bound: 64)),
    ]
  }
}
