import DoorPorts
import DoorRules
import OSDPCodec
import WiegandCodec

/// What happens to the line of OSDP readers: it breaks and is mended, somebody has its wires in hand, and
/// somebody pairs a new reader.
struct LineTroubles {
  /// So long after the end of a trouble every paired reader must be served again: a reader with another
  /// key is tried every 5 s.
  static let backSeconds = 10
  private static let pairingSeconds = 60
  /// Somebody comes again to pair.
  private static let againSeconds = 600
  /// What a trouble finds: a line that was just asked, as real lines are.
  private static let onsetMicroseconds: Int64 = 300_000

  let clockwork: Clockwork
  let site: Site
  let observers: Observers
  let rig: Rig
  private let formats = FormatTable.default

  init(clockwork: Clockwork, site: Site, observers: Observers, rig: Rig) {
    self.clockwork = clockwork
    self.site = site
    self.observers = observers
    self.rig = rig
  }

  private var doors: [Int] {
    site.doors.indices.filter { site.plan.doors[$0].lineAddress != nil }
  }

  func happen(_ trouble: LineTrouble) {
    guard let bus = rig.hardware.bus else { return }
    clockwork.note("trouble") { "\(trouble)" }
    observers.tally[.lineTroubles] += 1
    switch trouble {
    case .noise(let seconds, let percent):
      last(seconds, at: doors) {
        bus.field.noisePercent = percent
      } end: {
        bus.field.noisePercent = 0
      }
    case .cut(let seconds):
      last(seconds, at: doors) {
        bus.field.isCut = true
      } end: {
        bus.field.isCut = false
      }
    case .unplugged(let seconds):
      last(seconds, at: doors) {
        bus.unplug()
      } end: {
        bus.plug()
      }
    case .readerRestarts(let door):
      last(0, at: [door]) {
        bus.restart(door)
      } end: {
      }
    case .replaced(let door, let isUnpaired, let seconds):
      last(seconds, at: [door]) {
        bus.replace(door, isUnpaired: isUnpaired)
      } end: {
        pair(door)
      }
    case .attack(let attack, let door, let person, let seconds):
      guard
        let bits = try? formats.encode(
          format: "H10302", facility: nil, card: site.plan.people[person].card)
      else { return }
      observers.tally[.lineAttacks] += 1
      last(seconds, at: [door]) {
        bus.attack(attack, at: door, card: .card(OSDPCard(bits: bits)))
      } end: {
        bus.field.intruder.end()
      }
    }
  }

  /// Somebody sets the reader to take a key, and pairs it; until it is done.
  private func pair(_ door: Int) {
    guard let bus = rig.hardware.bus, !bus.isPaired(door) else { return }
    guard rig.program != nil, !bus.isUnplugged, !bus.field.isCut else {
      return last(Self.againSeconds, at: [door], isWatched: false) {
      } end: {
        pair(door)
      }
    }
    observers.tally[.pairings] += 1
    bus.replace(door, isUnpaired: true)
    do throws(PortError) {
      try bus.pair(site.readers[door], seconds: Self.pairingSeconds)
    } catch {
      observers.fail("the console's orders are carried out", "\(error)")
    }
    last(Self.pairingSeconds, at: [door], isWatched: false) {
    } end: {
      pair(door)
    }
  }

  /// Begins something, and ends it after so long; the readers of these doors may be deaf meanwhile.
  private func last(
    _ seconds: Int, at doors: [Int], isWatched: Bool = true, begin: @escaping () -> Void,
    end: @escaping () -> Void
  ) {
    let ends = Self.onsetMicroseconds + Int64(seconds) * 1_000_000
    let isBack = ends + Int64(Self.backSeconds) * 1_000_000
    for door in doors {
      site.noisyUntil[door] = max(site.noisyUntil[door], clockwork.elapsed + isBack)
    }
    if isWatched { rig.hardware.bus?.watch(until: clockwork.elapsed + isBack) }
    clockwork.schedule(inMicroseconds: Self.onsetMicroseconds, begin)
    clockwork.schedule(inMicroseconds: ends, end)
    clockwork.schedule(inMicroseconds: isBack) { look(at: doors) }
  }

  private func look(at doors: [Int]) {
    let now = clockwork.elapsed
    guard let since = rig.runsSince, now - since >= Int64(Self.backSeconds) * 1_000_000 else {
      return
    }
    observers.see(.line(.calm(doors.filter { site.noisyUntil[$0] <= now })))
  }
}
