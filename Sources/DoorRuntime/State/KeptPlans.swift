import CloudProtocol
import DoorCore
import DoorRules
import Foundation

/// The plans in force as persisted.
struct KeptPlans: Codable {
  private var plan: String
  private var drill: Bool
  private var by: String
  private var reason: String
  private var sinceMilliseconds: Int64
  /// What was left when this was written, and when that was; without a time if the clock was not
  /// trusted then.
  private var remainingMilliseconds: Int?
  private var savedAtMilliseconds: Int64?

  private init(_ entry: PlanEntry, at now: Moment) {
    plan = entry.plan.rawValue
    drill = entry.isDrill
    by = entry.by
    reason = entry.reason
    sinceMilliseconds = entry.since.millisecondsSince1970
    guard let end = entry.end else { return }
    let span = KeptSpan(until: end.at, at: now)
    remainingMilliseconds = span.remainingMilliseconds
    savedAtMilliseconds = span.savedAt?.millisecondsSince1970
  }

  /// Persists what is in force.
  static func persist(_ entries: [PlanEntry], at now: Moment) -> Wish {
    do {
      let bytes = try JSONCoding.encode(entries.map { KeptPlans($0, at: now) })
      return .persist(StateWrite("the plans in force", .plans, entries.isEmpty ? nil : bytes))
    } catch {
      return .log(.error, "the plans in force were not kept: \(error)")
    }
  }

  /// One that ended while nothing ran here ends at once, so that it is told. At most as many as a
  /// configuration has.
  static func entries(from bytes: [UInt8], at now: Moment) throws -> [PlanEntry] {
    try JSONCoding.decoder().decode([KeptPlans].self, from: Data(bytes)).compactMap {
      $0.entry(at: now)
    }.prefix(ConfigurationLimits.plansMax).map { $0 }
  }

  private func entry(at now: Moment) -> PlanEntry? {
    guard let id = PlanID(plan) else { return nil }
    var entry = PlanEntry(
      plan: id, isDrill: drill, by: by, reason: reason,
      since: WallInstant(millisecondsSince1970: sinceMilliseconds))
    guard let remainingMilliseconds else { return entry }
    let span = KeptSpan(
      remainingMilliseconds: remainingMilliseconds,
      savedAt: savedAtMilliseconds.map(WallInstant.init(millisecondsSince1970:)))
    let left = span.remainingMilliseconds(of: .modeClosed, at: now)
    entry.end = ModeEnd(
      at: now.monotonic.advanced(byMilliseconds: left),
      shown: now.wall.advanced(byMilliseconds: Int64(left)))
    return entry
  }
}
