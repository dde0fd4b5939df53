import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// Nobody gets in who should not, and nobody is kept out who should get in.
final class RightDecision: Checker {
  let sentence =
    "nobody outside their window, scope, switch or revocation gets in, everyone inside does, and whoever is known gets out"

  /// What was shown is decided within this time, even while the disk answers no read.
  private static let decidedMicroseconds: Int64 = 2_500_000

  /// At each door, the latest last.
  private var shown: [[Shown]] = []

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .presented(let one):
      if shown.isEmpty { shown = Array(repeating: [], count: world.site.doors.count) }
      shown[one.door].removeAll { $0.at < one.at - Self.decidedMicroseconds }
      shown[one.door].append(one)
    case .recorded(let draft): return judge(draft, world)
    case .began, .ended, .lock, .exitPressed, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook, .commandSent, .stepped, .over:
      break
    }
    return nil
  }

  private func judge(_ draft: EventDraft, _ world: World) -> String? {
    let isGrant = draft.type == EventType.accessGranted.wireName
    guard isGrant || draft.type == EventType.accessDenied.wireName,
      let name = draft.door.flatMap(DoorID.init), let door = world.site.doors.firstIndex(of: name),
      let instant = Oracle(world: world).instant(of: draft, door: door)
    else { return nil }
    let should: Bool?
    var isWrongPIN = false
    if draft.detail["presentation"] == "mobile" {
      guard let id = draft.detail["command"], let command = world.cloud.commands[id]?.command,
        let person = world.site.people.firstIndex(where: { $0 == command.person })
      else { return "an unlock for nobody's command" }
      should = Oracle(world: world).allowsMember(person, at: door, instant)
    } else {
      // A damaged frame may only be granted as the card that was presented.
      guard shown.indices.contains(door), var one = shown[door].last else {
        return isGrant ? "granted without anything shown" : nil
      }
      if draft.reason == DenialReason.lockedOut.rawValue { return nil }
      let stalled = world.rig.disk.mayHaveStalled(
        since: world.clockwork.elapsed - Self.decidedMicroseconds)
      if draft.reason == DenialReason.lookupTimedOut.rawValue {
        return stalled ? nil : "\(name) gave up a look-up that the disk could have answered"
      }
      // While reads wait, the next person may come before the one before is decided.
      if stalled {
        one = shown[door].last { Oracle(world: world).allows($0, at: instant) == isGrant } ?? one
      }
      should = Oracle(world: world).allows(one, at: instant)
      isWrongPIN = one.kind == "pin" && draft.reason == DenialReason.unknownCredential.rawValue
      if !one.mustBeDecided, !isGrant { return nil }
      if !stalled, misnames(draft, shown[door], instant, world) {
        return "\(name) denied a \(one.kind) for the wrong reason: \(draft.reason ?? "none")"
      }
    }
    if isWrongPIN { world.observers.knowledge.wrongPIN(door) }
    if isGrant, should != false {
      world.site.causes.mayRelease(
        door, forSeconds: Oracle(world: world).holdSeconds(door, for: draft, instant),
        at: world.clockwork.elapsed)
    }
    guard let should, should != isGrant else { return nil }
    return """
      \(name) \(isGrant ? "granted" : "denied (\(draft.reason ?? "?"))") to \
      \(draft.person ?? "somebody") where it should have been \(should ? "granted" : "denied"), at \
      \(instant.seconds) by a clock that is \(draft.clockTrust), mode \(instant.mode.rawValue), \
      credentials \(instant.credentialRevision), config \(instant.configRevision)
      """
  }
}

extension RightDecision {
  /// A credential of somebody whose record has not come is not an unknown credential, and no other
  /// is one of an unknown person. What was read may be older than what is in force by now, and
  /// anything that was just shown may be what was decided.
  private func misnames(
    _ draft: EventDraft, _ shown: [Shown], _ instant: Oracle.Instant, _ world: World
  ) -> Bool {
    let knowledge = world.observers.knowledge
    let texts = shown.flatMap { [$0.canonical, $0.card].compactMap { $0 } }
    if draft.reason == DenialReason.unknownPerson.rawValue {
      return !texts.contains(where: knowledge.mayLackItsPerson)
    }
    guard draft.reason == DenialReason.unknownCredential.rawValue else { return false }
    return texts.allSatisfy { text in
      knowledge.credentials(for: text, at: instant.credentialRevision).contains {
        !$0.mayBeRevoked && $0.record.status == "active"
          && knowledge.person($0.record.person, at: instant.credentialRevision) == nil
      }
    }
  }
}

/// A revocation counts from the moment the door has answered its message, whatever else that held.
final class RevokedStaysOut: Checker {
  let sentence = "a revoked credential opens nothing once the door has answered its message"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight, draft.type == EventType.accessGranted.wireName,
      let credential = draft.credential, world.observers.knowledge.revoked.contains(credential)
    else { return nil }
    return "\(credential) opened \(draft.door ?? "a door")"
  }
}
