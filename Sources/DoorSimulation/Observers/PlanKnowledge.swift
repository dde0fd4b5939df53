/// When somebody ordered the site's plan, its drill or its end. What the program has counts only at a start,
/// by ``resume(at:boot:holdMinutes:)`` and ``forget(at:)``.
struct PlanKnowledge {
  private struct Ordered {
    var word: String
    var from: Int64
    /// The latest time at which it may take effect; the same for one that surely has.
    var latest: Int64
    /// The program's run at that time.
    var boot: Int

    var isCertain: Bool { from == latest }
  }

  private var orders: [Ordered] = []

  mutating func note(_ word: String, at: Int64, latest: Int64, boot: Int) {
    orders.append(Ordered(word: word, from: at, latest: latest, boot: boot))
  }

  /// A start that was not taken, or did not outlive a power cut before it was on the disk.
  mutating func forget(at now: Int64) {
    orders.append(Ordered(word: "end", from: now, latest: now, boot: 0))
  }

  /// After a start it is in force again, perhaps since the disk had not taken its end.
  mutating func resume(at now: Int64, boot: Int, holdMinutes: Int?) {
    guard !mayBeInForce(at: now, boot: boot, holdMinutes: holdMinutes) else { return }
    guard orders.contains(where: { $0.word == "start" }) else { return }
    orders.append(Ordered(word: "start", from: now, latest: now + 1, boot: boot))
  }

  /// Whether the plan is surely in force: somebody on site started it, and nobody may have ended it.
  func mustBeInForce(at now: Int64, boot: Int, holdMinutes: Int?) -> Bool {
    let serious = orders.filter { $0.word != "drill" }
    guard let last = serious.last, last.word == "start", last.isCertain, last.from <= now,
      !serious.contains(where: { $0.word == "end" && !$0.isCertain && $0.latest >= last.from })
    else { return false }
    guard let holdMinutes else { return true }
    return boot == last.boot && now < last.from + Int64(holdMinutes) * 60_000_000 - 60_000_000
  }

  /// Whether somebody may have started it, and it may still last. After a restart a time may begin anew.
  func mayBeInForce(at now: Int64, boot: Int, holdMinutes: Int?) -> Bool {
    orders.indices.contains { index in
      let order = orders[index]
      guard order.word == "start", order.from <= now else { return false }
      let isEnded = orders[index...].contains {
        $0.word == "end" && $0.isCertain && $0.from > order.latest && $0.from + 2_000_000 < now
      }
      guard let holdMinutes, boot == order.boot else { return !isEnded }
      return !isEnded && now < order.latest + Int64(holdMinutes + 1) * 60_000_000
    }
  }
}
