import CloudProtocol
import DoorPorts
import DoorRules

/// The machine's file of the site's time zone. A law changes it, an upgrade removes it, a worn disk
/// cuts it.
final class SimulatedZones: ZoneSource, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  enum File { case sound, gone, cut }

  /// The door looks at the file with each housekeeping, and at its start.
  static let slackMicroseconds: Int64 = Int64(Rig.housekeepingSeconds + 60) * 1_000_000

  private let real: any ZoneSource
  private let name: String
  private let scheduler: any Scheduler
  private var law: CompiledZone
  private var earlier: [CompiledZone] = []
  private var changedAt: Int64 = 0
  private(set) var file = File.sound

  init(of name: String, in real: any ZoneSource, scheduler: any Scheduler) throws {
    self.name = name
    self.real = real
    self.scheduler = scheduler
    law = try real.zone(named: name)
  }

  /// From now on the zone has the law of another one.
  func change(toThatOf other: String) {
    guard let zone = try? real.zone(named: other),
      let new = try? CompiledZone(name: name, bytes: zone.bytes)
    else { return }
    earlier.append(law)
    law = new
    changedAt = scheduler.elapsed
  }

  func become(_ file: File) {
    self.file = file
    changedAt = scheduler.elapsed
  }

  /// The law of today, which the clocks on the walls show.
  var rules: ZoneRules { law.rules }

  /// The rules that a door may go by, which can read files since `readsFrom`: today's law; an earlier
  /// one too while the file is not sound, or the door did not have to look yet.
  func possible(readsFrom: Int64) -> [ZoneRules] {
    let isSettled =
      file == .sound && scheduler.elapsed - max(changedAt, readsFrom) > Self.slackMicroseconds
    return isSettled ? [law.rules] : [law.rules] + earlier.map(\.rules)
  }

  func zone(named asked: String) throws(PortError) -> CompiledZone {
    guard asked == name else { return try real.zone(named: asked) }
    switch file {
    case .sound: return law
    case .gone:
      throw PortError(.unavailable, operation: "read a zone", detail: "the file is gone")
    case .cut:
      do { return try CompiledZone(name: name, bytes: law.bytes.dropLast(9)) } catch {
        throw PortError(.damaged, operation: "read a zone", detail: "\(error)")
      }
    }
  }

  func currentName(of name: String) -> String? { nil }
}
