import DoorRuntime

/// Writes the text of a page of metrics.
struct PrometheusPage {
  private(set) var text = ""

  mutating func begin(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Double) {
    begin(name, "gauge", help)
    sample(name, [:], value)
  }

  mutating func sample(_ name: String, _ labels: [String: String], _ value: Double) {
    // Names of doors and readers have no quotes, backslashes or line ends.
    let named = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
    text += name + (named.isEmpty ? "" : "{\(named.joined(separator: ","))}") + " "
    text += value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))\n" : "\(value)\n"
  }

  mutating func histogram(_ name: String, _ help: String, _ times: TimeHistogram) {
    begin(name, "histogram", help)
    for (step, count) in zip(TimeHistogram.stepsMicroseconds, times.counts) {
      sample(name + "_bucket", ["le": "\(Double(step) / 1_000_000)"], Double(count))
    }
    sample(name + "_bucket", ["le": "+Inf"], Double(times.total))
    sample(name + "_sum", [:], Double(times.sumMicroseconds) / 1_000_000)
    sample(name + "_count", [:], Double(times.total))
  }
}
