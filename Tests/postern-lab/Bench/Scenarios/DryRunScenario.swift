import Foundation

/// `postern dry-run` with a file of questions, the start of the program included.
struct DryRunScenario: Scenario {
  let name = "dry runs"
  static let lines = 400_000
  static let rounds = 3

  func measure(in place: BenchPlace) throws -> [Figure] {
    try [("hours", hours), ("geofence", geofence), ("wiegand", wiegand)].map { kind, line in
      let folder = try place.newFolder("dry-run")
      defer { place.discard(folder) }
      let file = "\(folder)/questions.jsonl"
      let text = (0..<Self.lines).map(line).joined()
      try Data(text.utf8).write(to: URL(filePath: file))
      var rates: [Double] = []
      for _ in 0..<Self.rounds {
        place.progress.step(kind)
        let start = Stopwatch.now
        let child = try ChildProgram(
          [try place.program("postern"), "dry-run", kind], input: file,
          output: "\(folder)/answers.jsonl")
        guard child.waitForExit() == 0 else { throw LabFailure("dry-run \(kind) failed") }
        rates.append(Double(Self.lines) / (Double(Stopwatch.now - start) / 1e9))
      }
      return Figure(
        "dry run, \(kind)", unit: "lines/s", of: rates,
        aim: Figure.Aim(bound: 100_000, isFloor: true))
    }
  }

  private func hours(_ index: Int) -> String {
    """
    {"id":\(index),"timeZone":"Europe/Berlin","accessHours":{"monday":[{"from":"09:00",\
    "to":"17:00"}],"exceptions":{"2026-12-24":[]}},"at":\(1_795_176_000 + index * 61)}\n
    """
  }

  private func geofence(_ index: Int) -> String {
    """
    {"id":\(index),"geofence":{"enabled":true,"center":{"lat":52.52,"lng":13.405},\
    "radiusMeters":100,"accuracyBufferMeters":20,"requireAccuracyBetterThan":50},\
    "lat":52.5\(index % 90 + 10),"lng":13.4051,"accuracyMeters":12}\n
    """
  }

  private func wiegand(_ index: Int) -> String {
    let bits = (0..<26).map { (index >> ($0 % 17)) & 1 == 1 ? "1" : "0" }.joined()
    return "{\"id\":\(index),\"bits\":\"\(bits)\"}\n"
  }
}
