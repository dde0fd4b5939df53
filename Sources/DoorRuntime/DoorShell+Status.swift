import CloudProtocol
import DoorCore
package import DoorPorts
package import DoorRules
import Foundation

/// What can be asked of the runtime from beside: status, events, and the technician's identify.
extension DoorShell {
  /// The node as it stands now.
  package func status() -> RuntimeStatus {
    let now = moment()
    return RuntimeStatus(
      now: now, uptimeSeconds: now.monotonic.microseconds(since: startedAt) / 1_000_000,
      configRevision: controller.policy.revision, timeZone: document?.facility.timeZone,
      credentials: credentialPosition, log: logPosition,
      cloudConnected: cloud.connected,
      cloudDetail: ports.cloud == nil ? "no cloud is configured" : cloud.disconnectReason,
      lastCloudContact: cloud.lastContact, doors: doorStatus(), readers: readerStatus(at: now),
      troubles: troubles(at: now))
  }

  private func doorStatus() -> [RuntimeStatus.Door] {
    configuration.layout.doors.map { door in
      let view = controller.view(of: door.id)
      let policy = controller.policy.doors[door.id]
      return RuntimeStatus.Door(
        id: door.id, name: policy?.name ?? door.id.rawValue,
        lock: controller.requiredLock(of: door.id),
        relayActive: try? ports.gpio.isActive(OutputLine.relay(door.id)), open: view?.open,
        alarms: view?.alarms ?? [], configured: policy != nil, mode: view?.mode)
    }
  }

  private func readerStatus(at now: Moment) -> [RuntimeStatus.Reader] {
    configuration.layout.readers.compactMap { reader in
      guard let view = controller.view(of: reader.id) else { return nil }
      let left = view.lockout.remainingMilliseconds(at: now.monotonic)
      return RuntimeStatus.Reader(
        id: reader.id, door: reader.door, counters: view.counters,
        lockedOutMilliseconds: left > 0 ? left : nil)
    }
  }

  private func troubles(at now: Moment) -> [String] {
    var found = ports.gpio.faults.map { "\($0.line) at \($0.place): \($0.error.detail)" }
    for reader in configuration.layout.readers {
      let findings = controller.view(of: reader.id)?.findings ?? []
      found += findings.map { "reader \(reader.id): \($0.advice)" }
    }
    if let logError {
      found.append("events are kept in memory only, the log failed: \(logError)")
    }
    if controller.policy.revision == 0 {
      found.append("no configuration yet: nobody can enter until the cloud sends one")
    }
    if now.trust == .unknown {
      found.append("the clock cannot be believed: time-bounded credentials are denied; set it")
    }
    return found + expiryTroubles(at: now) + troublesAtStart
  }

  /// Lamp and beeper of one door, or of all: which one is it? Moves nothing, records nothing.
  /// Throws ``PortError`` when there is no such door or nothing to signal with.
  package func identify(_ door: DoorID?) throws(PortError) {
    let now = moment()
    let effects = controller.handle(
      .order(Order(id: "local", kind: .identify(door))), at: now)
    perform(effects, at: now)
    for case .answer("local", let outcome) in effects {
      switch outcome {
      case .confirmed: break
      case .rejected(let reason), .failed(let reason):
        throw PortError(.invalid, operation: "identify", detail: reason)
      }
    }
    inbox.push(.tick)
  }
}
