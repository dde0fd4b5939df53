import DoorCore

/// Reports that are on their way to the broker in parts. Whoever asked for one is told that it was
/// sent once the broker has every part, and otherwise why not.
struct OpenReports {
  /// How many parts of each order's report the broker has not answered.
  private var parts: [String: Int] = [:]

  /// A part is on its way. All parts of a report are sent before the first answer is read.
  mutating func sent(for order: String) { parts[order, default: 0] += 1 }

  /// The broker has a part.
  mutating func delivered(for order: String) -> [Wish] {
    guard let left = parts[order] else { return [] }
    parts[order] = left > 1 ? left - 1 : nil
    return left > 1 ? [] : [.end(order: order, .outcome(.confirmed))]
  }

  /// Nobody has a part: the rest of the report is of no use.
  mutating func lost(_ order: String, _ reason: String) -> [Wish] {
    guard parts.removeValue(forKey: order) != nil else { return [] }
    return [.end(order: order, .outcome(.failed(reason: "\(reason); send the command again")))]
  }

  /// The connection ended, and with it every report.
  mutating func stop(_ reason: String) -> [Wish] {
    parts.keys.sorted().flatMap { lost($0, reason) }
  }
}
