import Foundation

/// The figures of one run, and the machine they are from.
struct Report: Codable {
  var machine: Machine
  var figures: [Figure]

  init(machine: Machine, figures: [Figure]) {
    self.machine = machine
    self.figures = figures
  }

  init(contentsOf path: String) throws {
    self = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: path)))
  }

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: URL(filePath: path))
  }

  /// With an earlier run its medians and the ratio now to then.
  func table(comparedWith earlier: Report?) -> String {
    let before = Dictionary(
      (earlier?.figures ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var rows = [["figure", "unit", "median", "p99", "max", "samples"]]
    if earlier != nil { rows[0] += ["before", "ratio"] }
    for figure in figures {
      var row = [
        figure.name, figure.unit, show(figure.median), show(figure.p99), show(figure.max),
        String(figure.samples),
      ]
      if earlier != nil {
        let old = before[figure.name]?.median
        row += [old.map(show) ?? "-", old.map { show(figure.median / $0) } ?? "-"]
      }
      rows.append(row)
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < 2 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }
    return ([machine.description] + lines).joined(separator: "\n")
  }

  private func show(_ number: Double) -> String {
    number >= 1_000 ? String(Int(number.rounded())) : String(format: "%.3g", number)
  }
}

/// Where figures come from; without that they say little.
struct Machine: Codable, CustomStringConvertible {
  var cores: Int
  var processor: String
  var kernel: String
  var swift: String
  var isRelease: Bool

  static var here: Machine {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let processor = lines.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) }
    #if DEBUG
      let isRelease = false
    #else
      let isRelease = true
    #endif
    #if compiler(>=6.3)
      let swift = "6.3 or later"
    #else
      let swift = "before 6.3"
    #endif
    return Machine(
      cores: ProcessInfo.processInfo.activeProcessorCount, processor: processor ?? "unknown",
      kernel: ProcessInfo.processInfo.operatingSystemVersionString, swift: swift,
      isRelease: isRelease)
  }

  var description: String {
    "\(cores) cores, \(processor), \(kernel), Swift \(swift), \(isRelease ? "release" : "DEBUG")"
  }
}
