import CloudProtocol
import DoorCore
package import DoorPorts
package import DoorRules
import Foundation
import Logging

extension DoorShell {
  /// Sets or ends a mode; kept over restarts and recorded. Throws `invalid` for an unknown door,
  /// and what the relay said when it did not follow.
  package func order(_ order: ModeOrder) throws(PortError) {
    let now = moment()
    let doors = order.door.map { [$0] } ?? configuration.layout.doors.map(\.id)
    for door in doors {
      guard var modes = controller.modes(of: door) else {
        throw PortError(
          .invalid, operation: "set the mode of \(door)",
          detail: "this controller has no such door")
      }
      change(&modes, by: order, at: now)
      keep(modes, of: door)
      perform(controller.handle(.modes(door, modes), at: now), at: now)
    }
    inbox.push(.tick)
    for door in doors {
      if let error = driveErrors[.relay(door)] { throw error }
    }
  }

  private func change(_ modes: inout DoorModes, by order: ModeOrder, at now: Moment) {
    func set(_ mode: DoorMode) {
      modes.set(
        DoorModeEntry(
          mode: mode, owner: order.by, reason: order.reason, since: now.wall,
          until: order.seconds.map { now.wall.advanced(bySeconds: $0) }))
    }
    switch order.change {
    case .off:
      modes.clear(.forceOpen)
      modes.clear(.forceClosed)
    case .forceOpen:
      modes.clear(.forceClosed)
      set(.forceOpen)
    case .forceClosed:
      modes.clear(.forceOpen)
      set(.forceClosed)
    case .lockdown: set(.lockdown)
    case .endLockdown: modes.clear(.lockdown)
    }
  }

  private func keep(_ modes: DoorModes, of door: DoorID) {
    let state = ports.state
    let bytes: [UInt8]
    do { bytes = try KeptModes.bytes(of: modes) } catch {
      return logger.error("the modes of door \(door) were not kept: \(error)")
    }
    write("the modes of door \(door)") { () throws(PortError) in
      try state.setValue(bytes, forKey: KeptModes.key(of: door))
    }
  }

  /// An operator's unlock, to see whether the lock moves.
  package func tryLock(of door: DoorID, by: String, reason: String) throws(PortError) {
    let now = moment()
    guard configuration.layout.doors.contains(where: { $0.id == door }) else {
      throw PortError(
        .invalid, operation: "try the lock of \(door)",
        detail: "this controller has no such door")
    }
    let effects = controller.handle(
      .order(Order(id: "local", kind: .adminUnlock(door, by: by, reason: reason))), at: now)
    perform(effects, at: now)
    inbox.push(.tick)
    for case .answer("local", let outcome) in effects {
      switch outcome {
      case .confirmed: break
      case .rejected(let reason), .failed(let reason):
        throw PortError(.invalid, operation: "try the lock of \(door)", detail: reason)
      }
    }
    if let error = driveErrors[.relay(door)] { throw error }
  }

  package func holdSeconds(of door: DoorID) -> Int {
    controller.policy.settings(of: door)?.holdTimeSeconds.value
      ?? EffectiveSettings.holdTimeSecondsDefault
  }

  package func sync() throws(PortError) {
    guard ports.cloud != nil, cloud.connected else {
      throw PortError(
        .unavailable, operation: "sync",
        detail: "there is no session with the cloud; `postern diagnose` says why")
    }
    session(.syncRequested, at: moment())
    computeDigest(rescan: true, asked: true)
  }

  /// Lets a keypad listen again. Throws `invalid` for an unknown reader.
  package func clearLockout(of reader: ReaderID?, by: String) throws(PortError) {
    let now = moment()
    let effects = controller.handle(
      .order(Order(id: "local", kind: .clearLockout(reader, by: by))), at: now)
    perform(effects, at: now)
    for case .answer("local", .rejected(let reason)) in effects {
      throw PortError(.invalid, operation: "clear the lockout", detail: reason)
    }
  }
}
