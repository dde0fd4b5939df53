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

  /// With an earlier run, also its medians and the ratio now to then.
  func table(comparedWith earlier: Report?) -> String {
    let before = Dictionary(
      (earlier?.figures ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var rows = [["figure", "unit", "median", "p99", "max", "samples", "aim"]]
    if earlier != nil { rows[0] += ["before", "ratio"] }
    for figure in figures {
      var row = [
        figure.name, figure.unit, show(figure.median), show(figure.p99), show(figure.max),
        String(figure.samples), aim(figure),
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

  /// As a Markdown table.
  var markdown: String {
    let rows = figures.map { figure in
      let cells = [
        figure.name, figure.unit, show(figure.median), show(figure.p99), show(figure.max),
        String(figure.samples), aim(figure),
      ]
      return "| " + cells.joined(separator: " | ") + " |"
    }
    let head = [
      "\(machine.description), \(machine.date).", "",
      "| figure | unit | median | p99 | max | samples | aim |", "|---|---|---|---|---|---|---|",
    ]
    return (head + rows).joined(separator: "\n")
  }

  private func aim(_ figure: Figure) -> String {
    guard let aim = figure.aim, let isMet = figure.isMet else { return "" }
    let of = aim.of == .median ? "" : "\(aim.of.rawValue) "
    return "\(of)\(aim.isFloor ? "≥" : "≤") \(show(aim.bound)): \(isMet ? "met" : "missed")"
  }

  private func show(_ number: Double) -> String {
    number.magnitude >= 1_000
      ? grouped(Int(number.rounded())) : String(format: "%.3g", number)
  }
}

/// Where figures come from; without that they say little.
struct Machine: Codable, CustomStringConvertible {
  var cores: Int
  var processor: String
  var kernel: String
  var swift: String
  var isRelease: Bool
  /// Of the libraries and programs that are part of what is measured.
  var versions: [String: String]
  /// UTC.
  var date: String

  static var here: Machine {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let processor = lines.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) }
    #if DEBUG
      let isRelease = false
    #else
      let isRelease = true
    #endif
    let environment = ProcessInfo.processInfo.environment
    var versions: [String: String] = ["SQLite": LibraryVersions.sqlite]
    versions["mosquitto"] = LibraryVersions.mosquitto
    return Machine(
      cores: ProcessInfo.processInfo.activeProcessorCount, processor: processor ?? "unknown",
      kernel: LibraryVersions.kernel,
      swift: environment["BENCH_SWIFT"] ?? "of an unknown version", isRelease: isRelease,
      versions: versions,
      date: Date.now.formatted(.iso8601.year().month().day()))
  }

  var description: String {
    let libraries = versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return
      ([
        "\(cores) cores", processor, "Linux \(kernel)", "Swift \(swift)",
        isRelease ? "release" : "DEBUG",
      ] + libraries).joined(separator: ", ")
  }
}
