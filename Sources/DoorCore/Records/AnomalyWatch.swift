public import DoorRules

/// Detects unusual patterns in what happens. It decides nothing.
public struct AnomalyWatch: Sendable {
  static let denialsMax = 10
  static let bitErrorsMax = 10
  static let repeatedCommandsMax = 5
  static let countedMilliseconds = 300_000
  static let doorsOfOneCredential = 3
  static let credentialMilliseconds = 60_000
  static let forcedAfterDenialMilliseconds = 30_000
  /// How long the same anomaly of the same thing is not reported again.
  static let quietMilliseconds = 900_000
  /// The most credentials that are followed at once.
  static let credentialsMax = 256

  private var denials: [DoorID: [MonotonicInstant]] = [:]
  private var bitErrors: [ReaderID: [MonotonicInstant]] = [:]
  private var repeatedCommands: [MonotonicInstant] = []
  private var seen: [CredentialID: Trail] = [:]
  private var told: [String: MonotonicInstant] = [:]

  public init() {}

  /// Where a credential was used within ``credentialMilliseconds``.
  private struct Trail {
    /// Each door once, with its last time.
    var places: [(door: DoorID, at: MonotonicInstant)] = []
    var last: MonotonicInstant
  }

  /// Takes an occurrence; the anomalies that it completes.
  public mutating func note(_ occurrence: Occurrence, at now: MonotonicInstant) -> [Anomaly] {
    switch occurrence {
    case .access(let record):
      noteAccess(record, at: now)
    case .malformed(let reader, let door, _):
      tell(
        count(&bitErrors[reader, default: []], now, most: Self.bitErrorsMax).map {
          Anomaly(.bitErrors, door: door, reader: reader, count: $0)
        }, now)
    case .alarm(let door, .forcedOpen, raised: true):
      tell(forcedAfterDenial(at: door, now), now)
    case .alarm, .lockedOut, .lockoutCleared, .modeChanged, .officeBegan, .officeEnded,
      .exitRequested, .leaf, .adminUnlock,
      .duress, .antiPassback, .notOpened, .cardLockedOut, .muted, .unmuted, .readerTamper,
      .readerGone, .functionKey, .bell, .bellAnswered, .siteAlarm, .occupancy,
      .areaReset, .evacuated, .planStarted, .planEnded, .automationRan,
      .automationsLeftOut, .edgesLost:
      []
    }
  }

  /// A command arrived again after it was carried out.
  public mutating func noteRepeatedCommand(at now: MonotonicInstant) -> [Anomaly] {
    tell(
      count(&repeatedCommands, now, most: Self.repeatedCommandsMax).map {
        Anomaly(.replayedCommands, count: $0)
      }, now)
  }

  /// The wall clock was set back.
  public mutating func noteClockSetBack(at now: MonotonicInstant) -> [Anomaly] {
    tell(Anomaly(.clockSetBack, count: 1), now)
  }

  private mutating func noteAccess(_ record: AccessRecord, at now: MonotonicInstant) -> [Anomaly] {
    var found: [Anomaly] = []
    if !record.verdict.isGrant {
      found += tell(
        count(&denials[record.door, default: []], now, most: Self.denialsMax).map {
          Anomaly(.manyDenials, door: record.door, count: $0)
        }, now)
    }
    guard let credential = record.verdict.credential else { return found }
    if seen[credential] == nil, seen.count >= Self.credentialsMax { forgetOldestCredential() }
    var trail = seen[credential] ?? Trail(last: now)
    trail.last = now
    trail.places.removeAll {
      now >= $0.at.advanced(byMilliseconds: Self.credentialMilliseconds)
        || $0.door == record.door
    }
    trail.places.append((record.door, now))
    seen[credential] = trail
    if trail.places.count >= Self.doorsOfOneCredential {
      found += tell(
        Anomaly(
          .oneCredentialManyDoors, door: record.door, credential: credential,
          count: trail.places.count), now)
    }
    return found
  }

  private mutating func forgetOldestCredential() {
    let oldest = seen.min { ($0.value.last, $0.key) < ($1.value.last, $1.key) }
    if let oldest { seen[oldest.key] = nil }
  }

  private func forcedAfterDenial(at door: DoorID, _ now: MonotonicInstant) -> Anomaly? {
    guard let last = denials[door]?.last,
      now < last.advanced(byMilliseconds: Self.forcedAfterDenialMilliseconds)
    else { return nil }
    return Anomaly(.forcedAfterDenial, door: door, count: 1)
  }

  /// Notes one more; returns `most` once there are that many within ``countedMilliseconds``.
  private func count(
    _ times: inout [MonotonicInstant], _ now: MonotonicInstant, most: Int
  ) -> Int? {
    times.append(now)
    if times.count > most { times.removeFirst() }
    guard times.count == most, let first = times.first,
      now < first.advanced(byMilliseconds: Self.countedMilliseconds)
    else { return nil }
    return most
  }

  /// The anomaly, unless it was reported within ``quietMilliseconds``.
  private mutating func tell(_ anomaly: Anomaly?, _ now: MonotonicInstant) -> [Anomaly] {
    guard let anomaly else { return [] }
    let place = [
      anomaly.door?.rawValue, anomaly.reader?.rawValue, anomaly.credential?.rawValue,
    ].map { $0 ?? "-" }.joined(separator: " ")
    let key = "\(anomaly.kind.rawValue) \(place)"
    told = told.filter { now < $0.value.advanced(byMilliseconds: Self.quietMilliseconds) }
    guard told[key] == nil else { return [] }
    told[key] = now
    return [anomaly]
  }
}
