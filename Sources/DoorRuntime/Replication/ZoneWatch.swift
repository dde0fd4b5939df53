import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The rules of the facility's time zone. They are read again with each housekeeping, off the door's
/// thread, so that a changed law of summer time is taken while the door is served. A file that
/// vanished or is damaged changes nothing: the last good rules stay in force.
struct ZoneWatch {
  /// In force; nil while this device knows no rules of the zone.
  private(set) var zone: CompiledZone?
  /// What the disk has beside the configuration.
  private var stored: CompiledZone?
  /// What is persisted beside the events.
  private var kept: CompiledZone?
  /// Why the zone could not be read; nil when it could.
  private(set) var fault: PortError?
  /// The name that is being read. There is one read at a time, however long it takes.
  private var reading: String?
  /// The read was under way when the zone was last looked at in its turn.
  private var isLate = false

  /// `stored` was kept by an earlier run with the configuration in force, `kept` beside the events.
  init(stored: CompiledZone? = nil, kept: CompiledZone? = nil) {
    zone = stored ?? kept
    self.stored = stored
    self.kept = kept
  }

  /// Persists the rules in force, where that is not done.
  mutating func keep() -> [Wish] {
    guard let zone, zone != kept else { return [] }
    kept = zone
    return [
      .persist(StateWrite("the rules of time zone \(zone.name)", .zone, KeptZone.bytes(of: zone)))
    ]
  }

  /// A configuration was accepted with these rules.
  mutating func accepted(_ zone: CompiledZone?) {
    self.zone = zone
    stored = zone
  }

  /// Reads the zone again, unless that is being done.
  mutating func look(at name: String?) -> [Wish] {
    guard let name, reading == nil else { return [] }
    reading = name
    isLate = false
    return [.job(.readZone(name))]
  }

  /// The same in its turn. A read that lasts over two turns has a disk that does not answer.
  mutating func lookInTurn(at name: String?) -> [Wish] {
    guard let reading, isLate else {
      isLate = reading != nil
      return look(at: name)
    }
    return failed(
      PortError(
        .busy, operation: "read time zone \"\(reading)\"",
        detail: "the file does not answer; check the disk"))
  }

  /// The disk has these rules.
  mutating func noteStored(_ zone: CompiledZone) { stored = zone }

  /// A zone was read; `name` and `policy` are in force now.
  mutating func read(
    _ found: Result<CompiledZone, PortError>, name: String?, policy: PolicySnapshot
  ) -> [Wish] {
    let asked = reading
    reading = nil
    // A configuration with another zone came meanwhile.
    guard let name, asked == name else { return look(at: name) }
    switch found {
    case .failure(let error): return failed(error)
    case .success(let new): return succeeded() + take(new, policy)
    }
  }

  private mutating func failed(_ error: PortError) -> [Wish] {
    defer { fault = error }
    guard fault == nil else { return [] }
    return [
      .log(.error, "\(error)"),
      .record(.alarm(.timeZone, raised: true, ["cause": "\(error)"])),
    ]
  }

  private mutating func succeeded() -> [Wish] {
    defer { fault = nil }
    return fault == nil ? [] : [.record(.alarm(.timeZone, raised: false))]
  }

  private mutating func take(_ new: CompiledZone, _ policy: PolicySnapshot) -> [Wish] {
    var wishes: [Wish] = []
    if new != zone {
      wishes = [
        .core(.policy(policy.under(new.rules))),
        .log(.notice, "time zone \(new.name) has other rules now"),
        .record(
          EventRecord(
            .clockZoneChanged,
            detail: [
              "timeZone": new.name, "from": zone.map(Self.version) ?? "none",
              "to": Self.version(new),
            ])),
      ]
      zone = new
    }
    if new != stored { wishes.append(.job(.storeZone(new, revision: policy.revision))) }
    return wishes + keep()
  }

  /// The first 16 digits of the hash: enough to tell versions apart.
  private static func version(_ zone: CompiledZone) -> String {
    Hex.encode(zone.hash.prefix(8))
  }

  /// For the status; nil while all is well.
  func trouble(of name: String?) -> String? {
    guard let name else { return nil }
    if zone == nil {
      return "time zone \(name) has no rules here, so hours are closed: install or upgrade tzdata"
        + (fault.map { " (\($0))" } ?? "")
    }
    return fault.map {
      "time zone \(name) cannot be read, its last good rules stay in force: \($0)"
    }
  }
}
