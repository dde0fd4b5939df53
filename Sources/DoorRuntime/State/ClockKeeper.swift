import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The controller's clock over restarts: what time it is, whether that changed its trust, and when
/// the watermark goes to disk.
struct ClockKeeper {
  private var clock: GuardedClock
  /// The trust that was recorded last.
  private var recordedTrust: ClockTrust
  private var nextHousekeeping: MonotonicInstant
  private let housekeepingSeconds: Int

  init(_ clock: GuardedClock, at now: Moment, housekeepingSeconds: Int) {
    self.clock = clock
    recordedTrust = now.trust
    nextHousekeeping = now.monotonic
    self.housekeepingSeconds = housekeepingSeconds
  }

  /// Both clocks now; moves the watermark on.
  mutating func now() -> Moment { clock.now() }

  /// The last reading was earlier than a time that this run has shown.
  var wasSetBack: Bool { clock.wasSetBack }

  /// Doors behave differently while the clock is not trusted, so the log records each change.
  mutating func noteTrust(at now: Moment) -> [Wish] {
    guard now.trust != recordedTrust else { return [] }
    defer { recordedTrust = now.trust }
    return [
      .record(
        EventRecord(
          .clockTrustChanged,
          detail: ["from": recordedTrust.rawValue, "to": now.trust.rawValue]))
    ]
  }

  /// True once in each housekeeping period.
  mutating func takeHousekeeping(at now: MonotonicInstant) -> Bool {
    guard nextHousekeeping <= now else { return false }
    nextHousekeeping = now.advanced(byMilliseconds: housekeepingSeconds * 1_000)
    return true
  }

  /// The watermark and the last contact with the cloud. One commit for both: this comes every
  /// minute, for years, to a card that wears.
  mutating func persist(_ contact: CloudContact) -> Wish {
    let heard = contact.bytes(at: clock.now())
    var values: [StateKey: [UInt8]?] = [.clockWatermark: ClockWatermark.bytes(of: clock.watermark)]
    if let heard { values[.cloudContact] = heard }
    return .persist(
      StateWrite("the clock's watermark and the last contact with the cloud", values))
  }

  var nextDeadline: MonotonicInstant? { nextHousekeeping }
}
