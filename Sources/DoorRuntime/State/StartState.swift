import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// What an earlier run persisted, as far as it can be read. What cannot be read is a trouble, in
/// words; the door is served all the same.
struct StartState {
  let ports: RuntimePorts
  var troubles: [String] = []
  /// The configuration, with the rules of its time zone that were accepted with it. The zone's file
  /// is read later, off the door's thread.
  private(set) var accepted: AcceptedConfiguration?
  var policy: PolicySnapshot { accepted?.policy ?? .empty }
  private(set) var credentialPosition = CredentialPosition(revision: 0, credentials: 0, persons: 0)
  private(set) var logPosition = LogPosition(epoch: "", last: 0, acknowledged: 0)
  /// What an earlier run knew of the time.
  private(set) var clock = ClockMemory()
  /// What an earlier run persisted of the last contact with the cloud.
  private(set) var contact: [UInt8]?
  /// What the cloud said of its keys, nil inside for nothing; nil when it cannot be read.
  private(set) var cloudKeys: [UInt8]??

  init(ports: RuntimePorts, replication: ReplicationStore) {
    self.ports = ports
    var troubles: [String] = []
    func read<Value>(_ body: () throws -> Value) -> Value? {
      do { return try body() } catch {
        troubles.append("\(error)")
        return nil
      }
    }
    let mark = read { try ports.state.value(of: .clockWatermark) } ?? nil
    let own = read { try ports.state.value(of: .clockOwn) } ?? nil
    clock = ClockMemory(
      mark: mark.flatMap(ClockWatermark.instant), own: own.flatMap(KeptClock.own))
    cloudKeys = read { try ports.state.value(of: .cloudKeys) }
    contact = read { try ports.state.value(of: .cloudContact) } ?? nil
    credentialPosition = read { try ports.policy.credentialPosition() } ?? credentialPosition
    logPosition = read { try ports.events.position() } ?? logPosition
    do { accepted = try replication.stored() } catch {
      troubles.append("the stored configuration is not usable: \(error)")
    }
    self.troubles = troubles
  }

  mutating func controller(layout: ControllerLayout, at now: Moment) -> Controller {
    var memory = ControllerMemory(modes: keptModes(layout, at: now))
    for reader in layout.readers {
      guard let bytes = try? ports.state.value(of: .lockout(reader.id)),
        let kept = KeptLockout(bytes: bytes)
      else { continue }
      memory.lockouts[reader.id] = kept.restored(at: now)
    }
    if let bytes = (try? ports.state.value(of: .cardLockouts)) ?? nil {
      memory.cardLockouts = KeptLockout.cards(from: bytes, at: now)
    }
    for door in layout.doors {
      guard let bytes = (try? ports.state.value(of: .firstPerson(door.id))) ?? nil,
        let came = KeptInstant.instant(bytes)
      else { continue }
      memory.firstPersons[door.id] = came
    }
    let inputs =
      layout.doors.filter(\.hasContact).map { InputLine.contact($0.id) }
      + layout.doors.map { InputLine.requestToExit($0.id) } + [.fire, .tamper]
    let active = inputs.filter { (try? ports.gpio.isActive($0)) == true }
    return Controller(
      layout: layout, policy: policy, active: Set(active), memory: memory, at: now)
  }

  /// A persisted mode that cannot be read is a trouble; the door then has no mode.
  private mutating func keptModes(
    _ layout: ControllerLayout, at now: Moment
  ) -> [DoorID: DoorModes] {
    var modes: [DoorID: DoorModes] = [:]
    for door in layout.doors {
      do {
        guard let bytes = try ports.state.value(of: .modes(door.id)) else {
          continue
        }
        modes[door.id] = try KeptModes.modes(from: bytes, at: now)
      } catch {
        troubles.append("the modes of door \(door.id) were not read: \(error)")
      }
    }
    return modes
  }
}
