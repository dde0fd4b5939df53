package import CloudProtocol
import DoorCore
package import DoorPorts
package import DoorRules
import Logging

/// Codes that the door computes for itself, so that a guest gets in with no message at all.
extension DoorShell {
  /// How a PIN's canonical text begins.
  private static let pinPrefix = "pin:"

  /// Adds the offline PINs that were shown, unless an ordinary one is good now. They need no
  /// cache: a store that failed is no reason to keep them out.
  func withOfflinePINs(
    _ found: [CredentialHolder]?, for question: LookUp, at now: Moment
  ) -> [CredentialHolder]? {
    guard let keys = ports.offlinePIN, let door = question.door,
      !(found ?? []).contains(where: { Self.counts($0, at: now.wall) })
    else { return found }
    var offline: [CredentialHolder] = []
    for canonical in question.canonicals where canonical.reveal().hasPrefix(Self.pinPrefix) {
      let code = Secret(String(canonical.reveal().dropFirst(Self.pinPrefix.count)))
      let windows = keys.windows(of: code, at: door, now: now.wall)
      guard !windows.isEmpty, readOfflinePINs() else { continue }
      for window in windows {
        let key = OfflinePINBook.Key(door: door, window: window)
        if let holder = offlinePINs?.holder(of: key) { offline.append(holder) }
      }
    }
    return offline.isEmpty ? found : (found ?? []) + offline
  }

  private static func counts(_ holder: CredentialHolder, at now: WallInstant) -> Bool {
    guard let credential = holder.credential, credential.status == .active else { return false }
    return (credential.validFrom.map { $0 <= now } ?? true)
      && (credential.validUntil.map { now < $0 } ?? true)
  }

  /// False while it is not known which codes were withdrawn: then none opens.
  private func readOfflinePINs() -> Bool {
    if offlinePINs != nil { return true }
    do throws(PortError) {
      let kept = try ports.state.value(forKey: OfflinePINBook.stateKey)
      offlinePINs = kept.map(OfflinePINBook.init(bytes:)) ?? OfflinePINBook()
    } catch {
      logger.error("offline PINs are not served: \(error)")
      return false
    }
    if offlinePINs == nil {
      logger.error("offline PINs are not served: what is kept of them cannot be read")
    }
    return offlinePINs != nil
  }

  /// Counts an entry by an offline PIN; its first one is when the door learns of the code.
  func noteOfflinePIN(_ occurrence: Occurrence, at now: Moment) {
    guard case .access(let access) = occurrence, access.verdict.isGrant,
      let credential = access.verdict.credential,
      let (key, isFirst) = offlinePINs?.noteUse(of: credential, at: now.wall)
    else { return }
    keepOfflinePINs()
    if isFirst { record(draft(.issued, key, at: now)) }
  }

  private func keepOfflinePINs() {
    guard let bytes = offlinePINs?.bytes else { return }
    let state = ports.state
    write("the uses of offline PINs") { () throws(PortError) in
      try state.setValue(bytes, forKey: OfflinePINBook.stateKey)
    }
  }

  /// Withdraws one code at its door; kept over restarts and recorded. Throws `invalid` for a door
  /// that is not here, and when offline PINs are not served.
  package func revokeOfflinePIN(
    _ window: OfflinePINWindow, at door: DoorID, by: String
  ) throws(PortError) {
    let operation = "withdraw an offline PIN"
    guard ports.offlinePIN != nil else {
      throw PortError(
        .invalid, operation: operation,
        detail: "this controller has no keys for offline PINs (credentials.offlinePINKeyFile)")
    }
    guard controller.view(of: door) != nil else {
      throw PortError(
        .invalid, operation: operation, detail: "this controller has no door \(door)")
    }
    guard readOfflinePINs() else {
      throw PortError(.unavailable, operation: operation, detail: "the state cannot be read")
    }
    let now = moment()
    let key = OfflinePINBook.Key(door: door, window: window)
    offlinePINs?.revoke(key, at: now.wall)
    keepOfflinePINs()
    var draft = draft(.revoked, key, at: now)
    draft.detail["by"] = by
    record(draft)
  }

  private func draft(
    _ kind: CredentialChange.Kind, _ key: OfflinePINBook.Key, at now: Moment
  ) -> EventDraft {
    let name = OfflinePINBook.name(of: key)
    return drafts.draft(
      .lockKey(kind), at: now, door: key.door, person: name, credential: CredentialID(name),
      detail: [
        "key_id": name, "room_id": key.door.rawValue, "origin": "offlinePIN",
        "startHour": String(key.window.startHour), "hours": String(key.window.hours),
        "serial": String(key.window.serial),
      ])
  }
}
