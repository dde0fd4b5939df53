import CloudProtocol
import DoorPorts
import DoorRules

/// An area takes nobody in who would be too many. It knows less than the door: only whose leaf opened,
/// and of nobody who may have left, been forgiven, or been forgotten with a disk that failed.
final class NeverOverfull: Checker {
  let sentence = "no closed door lets more people into its area than may be inside, over restarts"

  private typealias Entry = (seconds: Int64, at: Int64)

  /// When each went in, by the door's clock and by the world's.
  private var inside: [String: Entry] = [:]
  /// Of whom nobody knows any more; the door may. Whoever is counted already is not one more.
  private var forgotten: [String: Entry] = [:]
  /// Let in, while the leaf has not opened.
  private var waiting: [String] = []
  /// Last let out, by door: whoever waits at two doors at once may go through either one first.
  private var leaving: [DoorID: [String]] = [:]

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft): return see(draft, world)
    case .lock(let door, let isReleased):
      if !isReleased, world.site.plan.doors[door].peopleMax != nil { waiting = [] }
    case .stepped:
      // By a wrong clock the night may come at noon.
      let time = world.clockwork.time
      if !inside.isEmpty, !time.isRight || time.mayMislead { forget { _ in true } }
    case .ended:
      waiting = []
      let safe = NobodyTwice.safelyWritten(in: world)
      forget { entry in safe.map { entry.at >= $0 } ?? true }
    case .began, .exitPressed, .presented, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }

  private func see(_ draft: EventDraft, _ world: World) -> String? {
    if draft.type == EventType.adminAntiPassbackForgiven.wireName {
      (inside, forgotten) = ([:], [:])
    }
    guard let name = draft.door.flatMap(DoorID.init),
      let door = world.site.doors.firstIndex(of: name)
    else { return nil }
    let plan = world.site.plan.doors[door]
    if plan.leadsOut == true { noteLeaving(draft, by: name) }
    guard let most = plan.peopleMax else { return nil }
    let seconds = WallInstant(millisecondsSince1970: draft.timeMilliseconds).secondsSince1970
    if draft.type == EventType.doorOpened.wireName {
      for person in waiting { inside[person] = (seconds, world.clockwork.elapsed) }
      waiting = []
    }
    guard !draft.entrants.isEmpty else { return nil }
    if plan.emptiesAtNight == true {
      let laws = world.zones.possible(readsFrom: world.rig.readsFrom)
      func isNight(_ entry: Entry, _ rules: ZoneRules) -> Bool {
        Self.day(entry.seconds, by: rules) != Self.day(seconds, by: rules)
      }
      forget { entry in laws.contains { isNight(entry, $0) } }
      forgotten = forgotten.filter { entry in !laws.allSatisfy { isNight(entry.value, $0) } }
    }
    // Whoever locks a door that stood open may have been let in while it did.
    let new = draft.entrants.filter {
      inside[$0] == nil && forgotten[$0] == nil && !waiting.contains($0)
    }
    waiting += draft.entrants
    guard world.rig.program?.mode(of: name)?.holdsOpen != true, !new.isEmpty,
      inside.count + new.count > most
    else { return nil }
    return "\(new.joined(separator: " and ")) beside \(inside.count), of \(most)"
  }

  /// Whoever is let out may have left, then and when that leaf opens.
  private func noteLeaving(_ draft: EventDraft, by door: DoorID) {
    if !draft.entrants.isEmpty { leaving[door] = draft.entrants }
    guard !draft.entrants.isEmpty || draft.type == EventType.doorOpened.wireName else { return }
    for person in leaving[door] ?? [] {
      if let entry = inside.removeValue(forKey: person) { forgotten[person] = entry }
      waiting.removeAll { $0 == person }
    }
  }

  private func forget(_ isForgotten: (Entry) -> Bool) {
    for (person, entry) in inside where isForgotten(entry) {
      inside[person] = nil
      forgotten[person] = entry
    }
  }

  /// The day on which a count begins, by one of the laws that the door may go by.
  private static func day(_ seconds: Int64, by rules: ZoneRules) -> Int {
    let civil = rules.civil(at: WallInstant(secondsSince1970: seconds))
    let isBefore = civil.secondOfDay < StorySite.resetMinute * 60
    return civil.dayNumber - (isBefore ? 1 : 0)
  }
}
