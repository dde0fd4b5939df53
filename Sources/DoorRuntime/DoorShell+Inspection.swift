import CloudProtocol
public import DoorCore
public import DoorPorts
public import DoorRules

/// What diagnosis and metrics want to know beside ``RuntimeStatus``.
public struct RuntimeInspection: Sendable {
  public var metrics: RuntimeMetrics
  /// Lines that are not there.
  public var faults: [LineFault]
  public var logError: PortError?
  /// This clock less the cloud's, in seconds; nil while the cloud was not heard.
  public var clockOffsetSeconds: Int64?
  public var clockWasSetBack: Bool
  /// Since the cloud was heard; nil for never in this run.
  public var cloudSilentSeconds: Int?
  /// Messages that were refused, by kind and cause.
  public var refused: [String: Int]
  /// Events that wait to be on disk.
  public var eventsWaiting: Int
  public var identified: Int
  public var findings: [ReaderID: [ReaderFinding]]
  public var pulses: [ReaderID: PulseRange]
  public var leaves: [DoorID: LeafCounts]
}

extension DoorShell {
  package func inspection() -> RuntimeInspection {
    let now = moment()
    let readers = configuration.layout.readers.map(\.id)
    return RuntimeInspection(
      metrics: metrics, faults: ports.gpio.faults, logError: logError,
      clockOffsetSeconds: cloud.clockOffsetSeconds, clockWasSetBack: clock.wasSetBack,
      cloudSilentSeconds: contact.heardSeconds(at: now), refused: cloud.refusedCounts,
      eventsWaiting: Int(clamping: lastTicket - min(committedTicket, lastTicket)),
      identified: cloud.identified,
      findings: Dictionary(
        uniqueKeysWithValues: Set(readers).map { ($0, controller.view(of: $0)?.findings ?? []) }),
      pulses: Dictionary(
        uniqueKeysWithValues: Set(readers).compactMap { id in
          tap.pulses(of: id).map { (id, $0) }
        }), leaves: tap.passages)
  }

  /// How far this clock is from the cloud's, by the word that is nearest: one that the broker kept
  /// for a while makes it seem ahead, and none can make it seem behind.
  func noteOffset(issued: WallInstant, at now: Moment) {
    let offset = now.wall.secondsSince1970 - issued.secondsSince1970
    guard let known = cloud.clockOffsetSeconds else {
      cloud.clockOffsetSeconds = offset
      return
    }
    // A later word tells of a clock that was set since.
    let isNewer = cloud.offsetNotedAt.map {
      now.monotonic.microseconds(since: $0) > CloudState.offsetFreshMilliseconds * 1_000
    }
    if offset < known || isNewer == true { cloud.clockOffsetSeconds = offset }
    cloud.offsetNotedAt = now.monotonic
  }
}
