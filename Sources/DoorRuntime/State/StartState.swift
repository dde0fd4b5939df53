import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// What an earlier run persisted, as far as it can be read. What cannot be read is a trouble, in
/// words; the door is served all the same.
package struct StartState: Sendable {
  /// Small state as it was read, by its key's name.
  private struct Kept: StateStore {
    var values: [String: Result<[UInt8]?, PortError>] = [:]
    /// Names of what is kept twice and was read from its second copy.
    var restored: [String] = []

    mutating func read(_ key: StateKey, from store: any StateStore) {
      values[key.name] = Result { () throws(PortError) in try store.value(of: key) }
    }

    func value(forKey key: String) throws(PortError) -> [UInt8]? { try values[key]?.get() ?? nil }
    func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
      var found: [String: [UInt8]] = [:]
      for (key, value) in values where key.hasPrefix(prefix) { found[key] = try value.get() }
      return found
    }
    func setValues(_ values: [String: [UInt8]?]) throws(PortError) {}
  }

  private var state = Kept()
  private(set) var troubles: [String] = []
  /// The storage has not answered: what was persisted is not known.
  let isUnread: Bool
  /// The configuration, with the rules of its time zone that were accepted with it. The zone's file
  /// is read later, off the door's thread.
  private(set) var accepted: AcceptedConfiguration?
  var policy: PolicySnapshot { accepted?.policy ?? .empty }
  private(set) var credentialPosition = CredentialPosition(revision: 0, credentials: 0, persons: 0)
  private(set) var logPosition = LogPosition(epoch: "", last: 0, acknowledged: 0)
  /// What an earlier run knew of the time.
  private(set) var clock = ClockMemory()
  private(set) var runs = RunCount()
  /// What was ever in force, and the rules of its time zone, as they are kept beside the events.
  private(set) var known = KnownRevisions()
  private(set) var keptZone: CompiledZone?
  /// What an earlier run persisted of the last contact with the cloud.
  private(set) var contact: [UInt8]?
  /// What the cloud said of its keys, nil inside for nothing; nil when it cannot be read.
  private(set) var cloudKeys: [UInt8]??
  /// Names of what is kept twice and was read from its second copy.
  var restored: [String] { state.restored }

  /// Nothing was read: the storage does not answer.
  static let unread = StartState()

  private init() { isUnread = true }

  /// Blocks for as long as the disk takes.
  init(ports: RuntimePorts, controller: ControllerID, layout: ControllerLayout) {
    let replication = ReplicationStore(
      policy: ports.policy, zones: ports.zones, controller: controller)
    isUnread = false
    var troubles: [String] = []
    func read<Value>(_ body: () throws -> Value) -> Value? {
      do { return try body() } catch {
        troubles.append("\(error)")
        return nil
      }
    }
    for door in layout.doors {
      state.read(.modes(door.id), from: ports.state)
      state.read(.firstPerson(door.id), from: ports.state)
    }
    for reader in layout.readers { state.read(.lockout(reader.id), from: ports.state) }
    state.read(.cardLockouts, from: ports.state)
    state.read(.fire, from: ports.state)
    state.read(.plans, from: ports.state)
    let mark = read { try ports.state.value(of: .clockWatermark) } ?? nil
    let own = read { try ports.state.value(of: .clockOwn) } ?? nil
    clock = ClockMemory(
      mark: mark.flatMap(ClockWatermark.instant), own: own.flatMap(KeptClock.own))
    cloudKeys = read { try ports.state.value(of: .cloudKeys) }
    runs = (read { try ports.state.value(of: .runs) } ?? nil).flatMap(RunCount.init) ?? runs
    contact = read { try ports.state.value(of: .cloudContact) } ?? nil
    credentialPosition = read { try ports.policy.credentialPosition() } ?? credentialPosition
    logPosition = read { try ports.events.position() } ?? logPosition
    known =
      (read { try ports.state.value(of: .revisions) } ?? nil).flatMap(KnownRevisions.init) ?? known
    let zone = read { try ports.state.value(of: .zone) } ?? nil
    keptZone = zone.flatMap { KeptZone.zone($0) }
    do { accepted = try replication.stored(orElse: keptZone) } catch {
      troubles.append("the stored configuration is not usable: \(error)")
    }
    state.restored = ports.twice.restored()
    if !restored.isEmpty {
      troubles.append(
        "events.sqlite had lost \(restored.joined(separator: ", ")); the copy in cache.sqlite is in "
          + "force")
    }
    if let error = ports.twice.trouble {
      troubles.append("the second copy of the door's state was not read: \(error)")
    }
    self.troubles = troubles
  }

  /// What the core gets back. What cannot be read is a trouble.
  mutating func memory(_ layout: ControllerLayout, at now: Moment) -> ControllerMemory {
    var memory = ControllerMemory(modes: keptModes(layout, at: now))
    for reader in layout.readers {
      guard let bytes = try? state.value(of: .lockout(reader.id)),
        let kept = KeptLockout(bytes: bytes)
      else { continue }
      memory.lockouts[reader.id] = kept.restored(at: now)
    }
    if let bytes = (try? state.value(of: .cardLockouts)) ?? nil {
      memory.cardLockouts = KeptLockout.cards(from: bytes, at: now)
    }
    for door in layout.doors {
      guard let bytes = (try? state.value(of: .firstPerson(door.id))) ?? nil,
        let came = KeptInstant.instant(bytes)
      else { continue }
      memory.firstPersons[door.id] = came
    }
    memory.fire = ((try? state.value(of: .fire)) ?? nil).flatMap(KeptFire.span)
    memory.plans = keptPlans(at: now)
    return memory
  }

  /// Persisted plans that cannot be read are a trouble; none is in force then.
  private mutating func keptPlans(at now: Moment) -> [PlanEntry] {
    do {
      guard let bytes = try state.value(of: .plans) else { return [] }
      return try KeptPlans.entries(from: bytes, at: now)
    } catch {
      troubles.append("the plans in force were not read: \(error)")
      return []
    }
  }

  /// A persisted mode that cannot be read is a trouble; the door then has no mode.
  private mutating func keptModes(
    _ layout: ControllerLayout, at now: Moment
  ) -> [DoorID: DoorModes] {
    var modes: [DoorID: DoorModes] = [:]
    for door in layout.doors {
      do {
        guard let bytes = try state.value(of: .modes(door.id)) else {
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
