/// When a line must be looked at: as few calls as can be, since each is a step of the world.
struct LineAlarms {
  /// Something is wrong on the line until then.
  var watchUntil: Int64 = -1
  private let due = Due()

  /// Shared with the calls that are under way.
  private final class Due {
    var ticks: [Int64] = []
    var poll: Int64?
  }

  /// Calls at this time, unless a call comes before anyway.
  func arm(_ at: Int64, on clockwork: Clockwork, _ body: @escaping () -> Void) {
    let at = max(at, clockwork.elapsed)
    guard !due.ticks.contains(where: { $0 <= at }) else { return }
    due.ticks.append(at)
    clockwork.schedule(inMicroseconds: at - clockwork.elapsed) { [due] in
      due.ticks.removeAll { $0 == at }
      body()
    }
  }

  /// The same for the next poll; an earlier one replaces a later one.
  func armPoll(_ at: Int64, on clockwork: Clockwork, _ body: @escaping () -> Void) {
    if let poll = due.poll, poll <= at { return }
    due.poll = at
    clockwork.schedule(inMicroseconds: at - clockwork.elapsed) { [due] in
      guard due.poll == at else { return }
      due.poll = nil
      body()
    }
  }
}
