import DoorCore

/// When mains was lost, and since when the battery was low then.
struct SupplyKnowledge {
  private var losses: [(from: Int64, low: Int64?, to: Int64?)] = []
  /// When any of it changed last.
  private(set) var changedAt: Int64 = 0

  var isLost: Bool { losses.last.map { $0.to == nil } ?? false }

  /// The battery is good again when mains is back.
  var isLow: Bool { isLost && losses.last?.low != nil }

  mutating func lost(at now: Int64) {
    losses.append((now, nil, nil))
    changedAt = now
  }

  mutating func low(at now: Int64) {
    guard isLost else { return }
    losses[losses.count - 1].low = now
    changedAt = now
  }

  mutating func back(at now: Int64) {
    guard isLost else { return }
    losses[losses.count - 1].to = now
    changedAt = now
  }

  /// Whether the battery may count as about to fail. A program that has started since counts the minutes
  /// anew, so later than that.
  func mayFail(at now: Int64, slack: Int64) -> Bool {
    let wait = Int64(PowerSettings().failingMinutes) * 60_000_000
    return losses.contains { loss in
      guard let low = loss.low else { return false }
      let fails = max(low, loss.from + wait)
      let to = loss.to ?? now
      return fails <= min(now, to) && now <= to + slack
    }
  }
}
