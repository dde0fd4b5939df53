/// A plan with its levels laid out by doors and readers, so that a decision builds nothing.
final class PlanReach: Sendable {
  let plan: Plan
  private let levels:
    [(level: Plan.Level, everywhere: Bool, doors: Set<DoorID>, entry: Set<ReaderID>)]

  init(of plan: Plan, scopes: [ScopeID: Scope], areas: [Area]) {
    self.plan = plan
    levels = plan.levels.map { level in
      (
        level, level.doors.isEmpty && level.scopes.isEmpty && level.areas.isEmpty,
        level.scopes.reduce(into: level.doors) { $0.formUnion(scopes[$1]?.doors ?? []) },
        areas.reduce(into: Set<ReaderID>()) { all, area in
          if level.areas.contains(area.id) { all.formUnion(area.entry) }
        }
      )
    }
  }

  /// The level that counts where somebody comes; nil where the plan is not for this place. Without a
  /// reader, such as for a phone, the door's readers are looked at.
  func level(at door: DoorID, reader: ReaderID?, readers: [ReaderID]) -> Plan.Level? {
    for one in levels {
      if one.everywhere || one.doors.contains(door) { return one.level }
      guard !one.entry.isEmpty else { continue }
      if let reader {
        if one.entry.contains(reader) { return one.level }
      } else if readers.contains(where: one.entry.contains) {
        return one.level
      }
    }
    return nil
  }
}
