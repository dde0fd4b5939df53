import CloudProtocol
import DoorPorts
import DoorRules

/// Watches a world: passes each sight to the checkers, counts, and keeps the first violation.
final class Observers: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  private let clockwork: Clockwork
  private let checkers: [any Checker] = allCheckers()
  private weak var world: World?
  var knowledge: Knowledge
  var tally = Tally()
  private(set) var violation: Violation?
  /// When an event last reached the disk.
  private(set) var lastCommitAt: Int64 = 0

  init(clockwork: Clockwork, doors: Int) {
    self.clockwork = clockwork
    knowledge = Knowledge(doors: doors)
  }

  /// The world that the checkers look at; until then they see nothing.
  func watch(_ world: World) { self.world = world }

  func see(_ sight: Sight) {
    if case .committed = sight { lastCommitAt = clockwork.elapsed }
    guard violation == nil, let world else { return }
    if case .recorded(let draft) = sight { noteRecord(draft) }
    if case .presented(let shown) = sight {
      knowledge.askedAgain.note(shown, plan: world.site.plan)
    }
    if case .said(let topic, _) = sight {
      clockwork.note("said") { String(topic.split(separator: "/").last ?? "") }
    }
    for checker in checkers {
      if let detail = checker.see(sight, in: world) { return fail(checker.sentence, detail) }
    }
  }

  func fail(_ sentence: String, _ detail: String) {
    guard violation == nil else { return }
    violation = Violation(
      sentence: sentence, detail: detail, atMilliseconds: clockwork.elapsed / 1_000,
      step: tally[.steps])
    clockwork.note("VIOLATION") { "\(sentence): \(detail)" }
  }

  private func noteRecord(_ draft: EventDraft) {
    clockwork.note(draft.type) {
      "\(draft.door ?? "") \(draft.person ?? "") \(draft.reason ?? "") \(draft.clockTrust)"
    }
    tally[.records] += 1
    if draft.type == EventType.accessGranted.wireName { tally[.granted] += 1 }
    if draft.type == EventType.accessDenied.wireName { tally[.denied] += 1 }
    if draft.type == EventType.doorOfficeBegan.wireName { tally[.leftUnlocked] += 1 }
    if draft.type == EventType.accessGranted.wireName, draft.detail["companion"] != nil {
      tally[.pairs] += 1
    }
  }
}

/// What went against a checker's sentence.
public struct Violation: Sendable, Codable, Hashable {
  public var sentence: String
  public var detail: String
  /// Since the story's start.
  public var atMilliseconds: Int64
  public var step: Int
}
