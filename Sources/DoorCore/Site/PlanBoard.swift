import DoorRules

/// The plans in force: who started them, and when they end. It knows nothing of doors.
struct PlanBoard: Sendable {
  /// Why a plan ended.
  enum EndCause: String, Sendable, Hashable {
    case ordered, timeOver, notConfigured
  }

  /// The strongest first.
  private(set) var entries: [PlanEntry]
  /// When it is to be looked whether the policy has what was persisted.
  private var lookAt: MonotonicInstant?

  init(_ kept: [PlanEntry], under policy: PolicySnapshot, at now: MonotonicInstant) {
    entries = policy.ranked(kept)
    lookAt = kept.isEmpty ? nil : now
  }

  var nextDeadline: MonotonicInstant? {
    entries.reduce(lookAt) { .earliest($0, $1.end?.at) }
  }

  /// Why an order cannot be carried out; nil when it can.
  func refusal(of order: PlanOrder, under policy: PolicySnapshot) -> String? {
    guard let plan = policy.plan(order.plan) else {
      guard entry(of: order.plan) == nil else {
        return "the plan \(order.plan) is in force, but the configuration that says who may end it"
          + " is not here; the cloud sends it again"
      }
      let known = policy.plans.map(\.id.rawValue).joined(separator: ", ")
      return "there is no plan \(order.plan); the plans are: \(known.isEmpty ? "none" : known)"
    }
    let present = entry(of: order.plan)
    func refused(_ hands: Set<Plan.Hand>, _ act: String) -> String? {
      if hands.contains(order.hand) { return nil }
      let all = hands.map(\.rawValue).sorted().joined(separator: ", ")
      return "the plan \(plan.id) is \(act) by: \(all); not by \(order.hand.rawValue)"
    }
    switch order.change {
    case .start: return refused(plan.startedBy, "started")
    case .drill:
      guard plan.allowsDrill else {
        return "the plan \(plan.id) has no drill; its configuration does not say `drill`"
      }
      guard present?.isDrill != false else {
        return "the plan \(plan.id) is in force; end it before a drill"
      }
      return refused(plan.startedBy, "started")
    case .end:
      guard let present else {
        let running = entries.map(\.plan.rawValue).joined(separator: ", ")
        return "the plan \(plan.id) is not in force; in force are: "
          + (running.isEmpty ? "none" : running)
      }
      // A drill ends as it began, by whoever may do either.
      return refused(
        present.isDrill ? plan.endedBy.union(plan.startedBy) : plan.endedBy, "ended")
    }
  }

  /// The modes of doors with their readers; drills close none.
  func modes(
    of doors: [(id: DoorID, readers: [ReaderID])], under policy: PolicySnapshot
  ) -> [DoorID: DoorModeEntry] {
    var modes: [DoorID: DoorModeEntry] = [:]
    for entry in entries where !entry.isDrill {
      for door in doors where modes[door.id] == nil {
        guard policy.isFor(door.id, readers: door.readers, plan: entry.plan) else { continue }
        modes[door.id] = DoorModeEntry(
          mode: .plan, owner: entry.by, reason: "\(entry.plan): \(entry.reason)",
          since: entry.since, end: entry.end)
      }
    }
    return modes
  }

  private func entry(of plan: PlanID) -> PlanEntry? { entries.first { $0.plan == plan } }

  /// Carries an order out that ``refusal(of:under:)`` has nothing against.
  mutating func carryOut(
    _ order: PlanOrder, under policy: PolicySnapshot, at now: Moment
  ) -> [ControllerEffect] {
    guard let plan = policy.plan(order.plan), refusal(of: order, under: policy) == nil else {
      return []
    }
    let before = entry(of: order.plan)
    entries.removeAll { $0.plan == order.plan }
    switch order.change {
    case .end:
      return ended(before.map { [$0] } ?? [], .ordered, by: order.by, reason: order.reason)
    case .start, .drill:
      let end = plan.holdMinutes.map {
        ModeEnd(
          at: now.monotonic.advanced(byMilliseconds: $0 * 60_000),
          shown: now.wall.advanced(bySeconds: Int64($0) * 60))
      }
      let entry = PlanEntry(
        plan: order.plan, isDrill: order.change == .drill, by: order.by, reason: order.reason,
        since: now.wall, end: end)
      entries = policy.ranked(entries + [entry])
      return [.record(.planStarted(entry, rank: plan.rank)), .remember(.plans(entries))]
    }
  }

  /// What was persisted, read only after the start. What was ordered since counts more.
  mutating func restore(
    _ kept: [PlanEntry], under policy: PolicySnapshot, at now: MonotonicInstant
  ) {
    guard !kept.isEmpty else { return }
    entries = policy.ranked(entries + kept.filter { entry(of: $0.plan) == nil })
    lookAt = now
  }

  /// Another policy: a plan that it lacks ends.
  mutating func follow(_ policy: PolicySnapshot) -> [ControllerEffect] {
    lookAt = nil
    guard !entries.isEmpty else { return [] }
    entries = policy.ranked(entries)
    // Before the first configuration nothing is known, and every door is closed anyway.
    guard policy.revision > 0 else { return [] }
    let gone = entries.filter { policy.plan($0.plan) == nil }
    entries.removeAll { policy.plan($0.plan) == nil }
    return ended(gone, .notConfigured)
  }

  /// Lets time pass.
  mutating func advance(to now: Moment, under policy: PolicySnapshot) -> [ControllerEffect] {
    guard let due = nextDeadline, due <= now.monotonic else { return [] }
    func isOver(_ entry: PlanEntry) -> Bool { entry.end.map { $0.at <= now.monotonic } ?? false }
    let over = entries.filter(isOver)
    entries.removeAll(where: isOver)
    return ended(over, .timeOver) + (lookAt == nil ? [] : follow(policy))
  }

  private func ended(
    _ gone: [PlanEntry], _ cause: EndCause, by: String? = nil, reason: String? = nil
  ) -> [ControllerEffect] {
    guard !gone.isEmpty else { return [] }
    return gone.map { .record(.planEnded($0, cause: cause.rawValue, by: by, reason: reason)) }
      + [.remember(.plans(entries))]
  }
}
