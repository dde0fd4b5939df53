public import DoorRules

/// The door's side of the conversation with the cloud, without I/O and without a clock: it takes
/// what happened and returns what to do. It publishes a hello, publishes every event at least once
/// in order, advances with the cloud's acknowledgements, and returns to the last acknowledged event
/// when none arrive (go-back-N). Nothing it forgets is lost: the log and the ledger have it.
///
/// There are four kinds of methods:
/// - `init`: once, for the life of the process;
/// - ``handle(_:at:)``: something happened;
/// - ``advance(to:)``: time passed; may be called at any time;
/// - ``nextDeadline``: when to call `advance` next, nil for never.
///
/// The two that change it return outputs; carry them out in their order. The loop:
///
/// ```swift
/// while !stopped {
///   let input = await nextInput(until: session.nextDeadline)         // nil: the deadline passed
///   let now = clock.now()
///   let due = session.advance(to: now)
///   for output in due + (input.map { session.handle($0, at: now) } ?? []) {
///     switch output {
///     case .publishHello(let hello): publish(hello, .hello)          // a failure needs no answer
///     case .readEvents(let after, let limit):                        // answered later, by
///       // .eventsRead(after:, EventBatch) or .eventsReadFailed(after:)
///     case .publishEvents(let batch): publish(batch, .events)
///     case .markAcknowledged(let through): log.acknowledge(through: through)
///     case .readResults(let limit):                                  // .resultsRead([…]) or
///       // .resultsReadFailed
///     case .publishResult(let result): publish(result, .results)     // remember its token
///     case .confirmResult(let id): ledger.confirmResults([id])
///     case .publishApplied(let report): publish(report, .applied)
///     case .reportLogGap(let after, let found): alarm(…)
///     case .beginEpoch: log.beginEpoch()                             // .epochBegun(…)
///     case .rewind(let through): log.rewind(through: through)        // .epochBegun(…)
///     case .readUrgent(let after, let limit):                        // .urgent([…])
///     case .publishUrgent(let event): publish(event, .urgent)
///     case .publishPull(let pull): publish(pull, .pull)
///     }
///   }
/// }
/// ```
///
/// Inputs come from: the link (`connected` with a fresh random nonce, `disconnected`,
/// `delivered` of a result's token as `resultDelivered`), verified envelopes (`acknowledged`), the
/// log's writer (`eventsCommitted`), and whatever applied a message (`applied`).
public struct SyncSession: Sendable {
  /// The nonce of the current connection; nil without one.
  public var sessionNonce: String? { connection?.nonce }
  /// The longest message that goes through, in bytes; a small one without a connection.
  public var messageBytesMax: Int { connection?.messageBytesMax ?? SendPace.bytesMin }
  /// The longest part of a report that most likely goes through, in bytes: as an event batch.
  public var reportBytesMax: Int { events.bytesMax }
  /// How batches are sent now: plain as long as this connection's cloud has not said what else it
  /// takes, and while it acknowledges none.
  public var batchEncoding: BatchPayload.Encoding? {
    events.isProbing ? nil : connection?.batchEncoding
  }
  /// What the door has, as of the last input.
  public private(set) var standing: Standing

  private let identity: Identity
  private var connection: Connection?
  private var events: EventSender
  private var results = ResultSender()
  private var answers = AnswerSender()
  private var puller = SnapshotPuller()

  /// What lives as long as one connection.
  private struct Connection {
    var nonce: String
    /// The longest message that goes through, in bytes.
    var messageBytesMax: Int
    var lastHello: MonotonicInstant
    /// When the next hello is due; nil for none.
    var helloDue: MonotonicInstant?
    /// When the hello is repeated, because no verified word answered it; nil once one did.
    var repeatDue: MonotonicInstant?
    /// Hellos in a row that nobody answered.
    var unanswered = 0
    var batchEncoding: BatchPayload.Encoding?
    /// What asked for the next hello.
    var requests: [String] = []

    var deadline: MonotonicInstant? { .earliest(helloDue, repeatDue) }

    /// Whatever the cloud has sent meanwhile, it has not seen this hello.
    mutating func helloRefused(at now: MonotonicInstant) {
      unanswered += 1
      helloDue = now.advanced(byMilliseconds: SyncLimits.repeatMilliseconds(after: unanswered))
    }
  }

  /// A session that is not connected. `standing` is what the stores hold at start.
  public init(identity: Identity, standing: Standing) {
    self.identity = identity
    self.standing = standing
    events = EventSender(
      acknowledged: standing.acknowledgedEvent, last: standing.lastEvent)
  }

  /// Takes an input and returns what to do, in order.
  public mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Output] {
    switch input {
    case .connected(let nonce, let standing, let messageBytesMax):
      return connect(nonce, standing, messageBytesMax, now)
    case .disconnected:
      connection = nil
      answers.stop()
      events.stop()
      results.stop()
      puller.stop()
      return []
    case .eventsCommitted(let last):
      standing.lastEvent = max(standing.lastEvent, last)
      return events.pump(last: standing.lastEvent)
    case .eventsRead(let after, let batch):
      return events.read(after: after, batch, standing: standing, at: now)
    case .eventsReadFailed(let after):
      events.readFailed(after: after, at: now)
      return []
    case .acknowledged(let acknowledgement):
      return acknowledge(acknowledgement, now)
    case .resultReady(let result):
      return results.ready(result)
    case .resultsRead(let read):
      return results.read(read)
    case .resultsReadFailed:
      results.readFailed(at: now)
      return []
    case .resultDelivered(let id):
      return results.delivered(id)
    case .refused(let refused):
      return take(refused, now)
    case .heard:
      return heard(now)
    case .applied(let report):
      return applied(report)
    case .credentialsBaseRefused(let report):
      return applied(report) + helloAgain(now)
    case .clockTrustChanged(let trust):
      standing.clockTrust = trust
      return []
    case .epochBegun(let epoch, let last, let acknowledged):
      return epochBegun(epoch, last, acknowledged, now)
    case .urgent(let read):
      return urgent(read)
    case .eventsDropped(let through):
      standing.droppedEvent = max(standing.droppedEvent, through)
      events.dropped(through: through)
      return events.pump(last: standing.lastEvent)
    case .snapshotStanding(let id, let next, let chunks):
      guard connection != nil else { return [] }
      return puller.standing(id, next: next, chunks: chunks, at: now)
    case .snapshotChunkArrived(let id, let index):
      guard connection != nil else { return [] }
      return puller.arrived(id, index, at: now)
    case .syncRequested(let id):
      let requests = (connection?.requests ?? []) + (id.map { [$0] } ?? [])
      connection?.requests = Array(requests.suffix(SyncLimits.requestIDsMax))
      return helloAgain(now)
    case .digestKnown(let root):
      standing.credentialDigest = root
      return []
    }
  }

  /// Acts on every deadline up to `now`.
  public mutating func advance(to now: MonotonicInstant) -> [Output] {
    var outputs: [Output] = []
    if let due = connection?.helloDue, due <= now {
      outputs += hello(now)
    } else if let due = connection?.repeatDue, due <= now {
      connection?.unanswered += 1
      outputs += hello(now)
    }
    outputs += answers.advance(to: now)
    outputs += events.advance(to: now, last: standing.lastEvent)
    outputs += results.advance(to: now)
    outputs += puller.advance(to: now)
    return outputs
  }

  /// When ``advance(to:)`` has something to do next; nil while there is nothing to wait for.
  public var nextDeadline: MonotonicInstant? {
    .earliest(
      connection?.deadline, answers.nextDeadline, events.nextDeadline, results.nextDeadline,
      puller.nextDeadline)
  }

  private mutating func connect(
    _ nonce: String, _ new: Standing, _ messageBytesMax: Int?, _ now: MonotonicInstant
  ) -> [Output] {
    // The standing was read a moment ago; inputs since then may be newer.
    let isSameLog = new.logEpoch == standing.logEpoch
    let last = isSameLog ? max(new.lastEvent, standing.lastEvent) : new.lastEvent
    standing = new
    standing.lastEvent = last
    // A log that opened only now existed before this start as well.
    if !isSameLog { events = EventSender(acknowledged: new.acknowledgedEvent, last: last) }
    standing.acknowledgedEvent = events.start(
      acknowledged: new.acknowledgedEvent, last: last, messageBytesMax: messageBytesMax, at: now)
    events.dropped(through: new.droppedEvent)
    connection = Connection(
      nonce: nonce,
      messageBytesMax: min(messageBytesMax ?? .max, EnvelopeLimits.messageBytesMax(.credentials)),
      lastHello: now)
    let waiting = standing.acknowledgedEvent < last
    let overtaking: [Output] =
      waiting
      ? [.readUrgent(after: standing.acknowledgedEvent, limit: SyncLimits.urgentPerConnectMax)]
      : []
    return hello(now) + results.start() + overtaking + events.pump(last: last)
  }

  private mutating func epochBegun(
    _ epoch: String, _ last: UInt64, _ acknowledged: UInt64, _ now: MonotonicInstant
  ) -> [Output] {
    standing.logEpoch = epoch
    standing.lastEvent = max(last, acknowledged)
    standing.acknowledgedEvent = acknowledged
    // Reported again if it is still so.
    standing.droppedEvent = 0
    guard connection != nil else { return [] }
    // Nothing was sent of it under this name, or what was sent is lost.
    events = EventSender(acknowledged: acknowledged, last: 0)
    _ = events.start(
      acknowledged: acknowledged, last: standing.lastEvent,
      messageBytesMax: connection?.messageBytesMax, at: now)
    return hello(now) + events.pump(last: standing.lastEvent)
  }

  private func urgent(_ read: [CloudEvent]) -> [Output] {
    guard connection != nil else { return [] }
    return read.map { event in
      var event = event
      event.historical = events.isHistorical(event.number ?? 0) ? true : nil
      return .publishUrgent(
        UrgentEvent(
          controller: identity.controller.rawValue, epoch: standing.logEpoch, event: event))
    }
  }

  /// Publishes a hello now; empty without a connection.
  private mutating func hello(_ now: MonotonicInstant) -> [Output] {
    guard var connection else { return [] }
    connection.lastHello = now
    connection.helloDue = nil
    let requests = connection.requests
    connection.requests = []
    connection.repeatDue = now.advanced(
      byMilliseconds: SyncLimits.repeatMilliseconds(after: connection.unanswered))
    self.connection = connection
    var hello =
      Hello(
        controller: identity.controller.rawValue, software: identity.software,
        bootID: identity.bootID, sessionNonce: connection.nonce,
        configRevision: standing.configRevision,
        credentialRevision: standing.credentialRevision, logEpoch: standing.logEpoch,
        lastEvent: standing.lastEvent, acknowledgedEvent: standing.acknowledgedEvent,
        clockTrust: standing.clockTrust.rawValue, simulated: identity.simulated,
        credentialDigest: standing.credentialDigest,
        messageBytesMax: connection.messageBytesMax,
        requestIDs: requests.isEmpty ? nil : requests)
    if standing.newestConfigRevision > standing.configRevision {
      hello.newestConfigRevision = standing.newestConfigRevision
    }
    if standing.newestCredentialRevision > standing.credentialRevision {
      hello.newestCredentialRevision = standing.newestCredentialRevision
    }
    return [.publishHello(hello)]
  }

  /// The cloud is there: the hello is answered, and events are tried again.
  private mutating func heard(_ now: MonotonicInstant) -> [Output] {
    guard connection != nil else { return [] }
    connection?.repeatDue = nil
    connection?.unanswered = 0
    return events.heard(last: standing.lastEvent, at: now)
  }

  private mutating func take(_ refused: Refused, _ now: MonotonicInstant) -> [Output] {
    guard connection != nil else { return [] }
    switch refused {
    case .hello:
      connection?.helloRefused(at: now)
      return []
    case .events(let bytes, let isTooLarge):
      return events.refused(
        bytes: bytes, isTooLarge: isTooLarge, last: standing.lastEvent, at: now)
    case .applied(let report):
      answers.refused(report, at: now)
      return []
    case .result(let id):
      results.refused(id, at: now)
      return []
    case .report(let bytes):
      events.learn(tooLarge: bytes)
      return []
    }
  }

  /// Publishes a hello now, or once the shortest interval since the last one has passed.
  private mutating func helloAgain(_ now: MonotonicInstant) -> [Output] {
    guard let last = connection?.lastHello else { return [] }
    let earliest = last.advanced(byMilliseconds: SyncLimits.helloIntervalMilliseconds)
    if earliest <= now { return hello(now) }
    connection?.helloDue = earliest
    return []
  }

  private mutating func acknowledge(
    _ acknowledgement: EventAcknowledgement, _ now: MonotonicInstant
  ) -> [Output] {
    // An older word may be of another cloud.
    if let nonce = connection?.nonce, acknowledgement.sessionNonce == nonce {
      let known = acknowledgement.encodings?.contains(BatchPayload.Encoding.deflate.rawValue)
      connection?.batchEncoding = known == true ? .deflate : nil
    }
    guard acknowledgement.epoch == standing.logEpoch else { return [] }
    // The answer to a hello, or a sign of life, may count events of before a disk was put back.
    if acknowledgement.diverged == true || events.contradicts(acknowledgement) {
      // Once: until the log has its new name, nothing is sent under the old one.
      guard events.isSendingNow else { return [] }
      events.stop()
      return [.beginEpoch]
    }
    if acknowledgement.rewind == true {
      guard events.isSendingNow, acknowledgement.through < standing.acknowledgedEvent
      else { return [] }
      events.stop()
      return [.rewind(through: acknowledgement.through)]
    }
    var outputs: [Output] = []
    if let through = events.acknowledge(through: acknowledgement.through, at: now) {
      standing.acknowledgedEvent = through
      outputs = [.markAcknowledged(through: through)]
    }
    if let number = acknowledgement.expected { events.goBack(to: number) }
    if let seconds = acknowledgement.retryAfterSeconds { events.wait(seconds: seconds, from: now) }
    return outputs + events.pump(last: standing.lastEvent)
  }

  private mutating func applied(_ report: ApplyReport) -> [Output] {
    switch report.subject {
    case .config: standing.configRevision = report.revision
    case .credentials:
      standing.credentialRevision = report.revision
      if let digest = report.digest { standing.credentialDigest = digest }
      // The cloud sent a delta with the right base by itself, so no hello is needed.
      if report.applied { connection?.helloDue = nil }
    }
    // Without a connection the next hello carries the revision.
    return connection == nil ? [] : [.publishApplied(report)]
  }
}
