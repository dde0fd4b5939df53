import DoorRules

/// The part of ``SyncSession`` that publishes events: a window that moves over one log.
///
///     1 … acknowledged │ sent, in flight … next │ to be read and sent … last
struct EventSender: Sendable {
  /// The cloud has everything up to and with this.
  private var acknowledged: UInt64
  /// Highest number that this program ever sent from this log. An acknowledgement above it is
  /// ignored.
  private var sentEver: UInt64
  /// An earlier run of the program may have sent events up to this number, and the cloud may have
  /// them although no acknowledgement was persisted.
  private let lastAtStart: UInt64
  /// Everything up to and with this number was sent on this connection, or needs no sending.
  private var next: UInt64
  /// The batches in flight, rising.
  private var inFlight: [Batch] = []
  /// The `after` of the read that is not answered yet; only while sending.
  private var reading: UInt64?
  private var waits = Waits()
  private var pace = SendPace()
  /// False without a connection, and after a gap in the log.
  private var isSending = false
  /// Events up to this number were in the log before the connection began; they are sent as
  /// historical.
  private var historicalThrough: UInt64 = 0
  /// Unacknowledged events up to and with this one are no longer in the log.
  private var droppedThrough: UInt64 = 0
  private var sent = SentChains()

  private struct Batch: Sendable {
    var last: UInt64
    var bytes: Int
  }

  /// When each wait ends.
  private struct Waits: Sendable {
    /// A failed read is tried again.
    var readRetry: MonotonicInstant?
    /// What is in flight goes again.
    var acknowledgement: MonotonicInstant?
    /// What an earlier connection sent goes again. Nothing is sent before: the cloud may have it, and
    /// says so when it answers the hello.
    var earlier: MonotonicInstant?
  }

  var isSendingNow: Bool { isSending }
  /// One event is on its way to find out whether the cloud takes any.
  var isProbing: Bool { pace.isProbing }

  /// For a log of which an earlier run may have sent all up to `last`; 0 for nothing.
  init(acknowledged: UInt64, last: UInt64) {
    self.acknowledged = acknowledged
    sentEver = acknowledged
    lastAtStart = last
    next = acknowledged
  }

  var nextDeadline: MonotonicInstant? {
    .earliest(
      waits.acknowledgement, waits.readRetry, pace.waitsUntil,
      isSending ? waits.earlier : nil)
  }

  /// Begins a connection on which a message may have so many bytes; nil for no limit. Returns the
  /// number up to which the cloud has everything.
  ///
  /// What the last connection sent is not sent again before the cloud said how far it got, or the
  /// usual wait for an acknowledgement has passed since.
  mutating func start(
    acknowledged stored: UInt64, last: UInt64, messageBytesMax: Int?, at now: MonotonicInstant
  ) -> UInt64 {
    stop()
    pace.begin(messageBytesMax: messageBytesMax)
    historicalThrough = last
    acknowledged = max(acknowledged, stored)
    // An acknowledgement of what an earlier connection sent may still be on its way.
    sentEver = max(sentEver, acknowledged)
    next = acknowledged
    isSending = true
    if let due = waits.earlier, due <= now || sentEver == acknowledged { waits.earlier = nil }
    return acknowledged
  }

  func isHistorical(_ number: UInt64) -> Bool { number <= historicalThrough }

  /// The log no longer has these events: skips them, and the batches name the number.
  mutating func dropped(through number: UInt64) {
    guard number > droppedThrough, number > acknowledged else { return }
    droppedThrough = number
    goBack()
  }

  /// The number after which reading continues.
  private var base: UInt64 { max(next, droppedThrough) }

  /// Ends a connection; what was in flight counts as not sent.
  mutating func stop() {
    if isSending {
      pace.end()
      waits.earlier = waits.acknowledgement ?? waits.earlier
    }
    isSending = false
    pace.waitsUntil = nil
    pace.missed = nil
    goBack()
  }

  /// Asks for the next events, if there are any and the window has room.
  mutating func pump(last: UInt64) -> [SyncSession.Output] {
    guard isSending, waits.earlier == nil, pace.waitsUntil == nil, reading == nil,
      waits.readRetry == nil,
      inFlight.count < pace.batchesMax,
      base < last
    else { return [] }
    reading = base
    return [.readEvents(after: base, limit: pace.eventsMax)]
  }

  /// Sends what was read, and asks for more.
  mutating func read(
    after: UInt64, _ batch: EventBatch, standing: SyncSession.Standing, at now: MonotonicInstant
  ) -> [SyncSession.Output] {
    guard reading == after else { return [] }
    guard batch.epoch == standing.logEpoch, !batch.events.isEmpty else {
      readFailed(after: after, at: now)
      return []
    }
    reading = nil
    var batch = batch
    batch.events = Array(batch.events.prefix(pace.eventsMax))
    batch.acknowledged = acknowledged
    batch.droppedThrough = droppedThrough > acknowledged ? droppedThrough : nil
    var end = after
    for index in batch.events.indices {
      let number = batch.events[index].number ?? 0
      batch.events[index].historical = isHistorical(number) ? true : nil
      guard number == end &+ 1 else {
        isSending = false
        goBack()
        return [.reportLogGap(after: end, found: number)]
      }
      end = number
    }
    let bytes = batch.cut(toBytes: pace.bytesMax, oversized: pace.oversized)
    end = batch.events.last?.number ?? end
    for event in batch.events { sent.note(event) }
    pace.sent(bytes: bytes, through: end)
    next = end
    sentEver = max(sentEver, end)
    inFlight.append(Batch(last: end, bytes: bytes))
    if waits.acknowledgement == nil { expectAcknowledgement(now) }
    return [.publishEvents(batch)] + pump(last: standing.lastEvent)
  }

  mutating func readFailed(after: UInt64, at now: MonotonicInstant) {
    guard reading == after else { return }
    reading = nil
    waits.readRetry = now.advanced(byMilliseconds: SyncLimits.readRetryMilliseconds)
  }

  /// The number up to which the cloud now has everything. Returns nil, and changes nothing, for an
  /// acknowledgement that brings nothing new or cannot be true. An acknowledgement of events that
  /// an earlier run sent counts only as far as this run has sent.
  mutating func acknowledge(through stated: UInt64, at now: MonotonicInstant) -> UInt64? {
    waits.earlier = nil
    let sent = max(sentEver, droppedThrough)
    let through = min(stated, sent)
    guard stated <= max(sent, lastAtStart) else {
      // The disk may have been put back. One event that both logs have would never show it.
      pace.answered()
      return nil
    }
    guard through > acknowledged else { return nil }
    acknowledged = through
    self.sent.forget(through: through)
    let bytes = inFlight.lazy.filter { $0.last <= through }.map(\.bytes).max() ?? 0
    inFlight.removeAll { $0.last <= through }
    let left = inFlight.lazy.map(\.bytes).max() ?? 0
    pace.acknowledged(through: through, bytes: bytes, left: left)
    if through > next {
      next = through
      reading = nil
    }
    if inFlight.isEmpty { waits.acknowledgement = nil } else { expectAcknowledgement(now) }
    return through
  }

  /// Whether the cloud has another event of this number than was sent.
  func contradicts(_ acknowledgement: EventAcknowledgement) -> Bool {
    guard let chain = acknowledgement.chain else { return false }
    return sent.contradict(chain, at: acknowledgement.through)
  }

  mutating func advance(to now: MonotonicInstant, last: UInt64) -> [SyncSession.Output] {
    if isSending, let due = waits.earlier, due <= now {
      waits.earlier = nil
      pace.timedOut()
    }
    if let due = pace.waitsUntil, due <= now { pace.waitsUntil = nil }
    if let due = waits.acknowledgement, due <= now {
      pace.timedOut()
      goBack()
    }
    if let retry = waits.readRetry, retry <= now { waits.readRetry = nil }
    return pump(last: last)
  }

  /// The cloud sent something: the event that finds out whether it takes any goes again, within a
  /// second of the last time. The rest waits for its acknowledgement: a cloud with much to do has
  /// all of it in its queue, and would get it twice.
  mutating func heard(last: UInt64, at now: MonotonicInstant) -> [SyncSession.Output] {
    if let due = waits.earlier {
      waits.earlier = min(due, now.advanced(byMilliseconds: SyncLimits.probeMilliseconds))
      return []
    }
    guard pace.isProbing, let due = waits.acknowledgement,
      due > now.advanced(byMilliseconds: SyncLimits.probeMilliseconds)
    else { return [] }
    let earliest = due.advanced(
      byMilliseconds: SyncLimits.probeMilliseconds - SyncLimits.acknowledgementMilliseconds)
    guard earliest <= now else {
      waits.acknowledgement = earliest
      return []
    }
    goBack()
    return pump(last: last)
  }

  /// Nobody has a batch of so many bytes. One that was too large is sent again at once, in smaller
  /// ones; any other after a second or more, with what was in flight beside it and is not
  /// acknowledged by then.
  mutating func refused(
    bytes: Int, isTooLarge: Bool, last: UInt64, at now: MonotonicInstant
  ) -> [SyncSession.Output] {
    guard isSending else { return [] }
    guard isTooLarge else {
      guard pace.waitsUntil == nil else { return [] }
      pace.refusedForNow(at: now)
      goBack()
      return []
    }
    if bytes > SendPace.bytesMin {
      guard pace.tooLarge(bytes: bytes) else { return [] }
    } else if !pace.isSingle {
      pace.sendSingly()
    } else if inFlight.count == 1 {
      // Not even this one goes through; the log must go on.
      pace.oversized = max(acknowledged, droppedThrough) + 1
    } else {
      return []
    }
    goBack()
    return pump(last: last)
  }

  /// The longest message that is sent at present, in bytes.
  var bytesMax: Int { pace.bytesMax }

  /// The broker refused another message of so many bytes as too large.
  mutating func learn(tooLarge bytes: Int) { _ = pace.tooLarge(bytes: bytes) }

  /// The cloud lacks this event although later ones came.
  mutating func goBack(to number: UInt64) {
    guard number == acknowledged &+ 1, next > acknowledged, pace.missed != number else { return }
    pace.missed = number
    goBack()
  }

  /// The cloud takes no events for a while; what it did not acknowledge is then sent again.
  mutating func wait(seconds: Int, from now: MonotonicInstant) {
    guard isSending else { return }
    let most = min(max(seconds, 0), SyncLimits.retryAfterSecondsMax)
    goBack()
    pace.waitsUntil = most == 0 ? nil : now.advanced(byMilliseconds: most * 1_000)
  }

  private mutating func expectAcknowledgement(_ now: MonotonicInstant) {
    waits.acknowledgement = now.advanced(byMilliseconds: SyncLimits.acknowledgementMilliseconds)
  }

  /// Forgets what is in flight; it will be read and sent again.
  private mutating func goBack() {
    pace.wentBack()
    inFlight = []
    next = acknowledged
    reading = nil
    waits.readRetry = nil
    waits.acknowledgement = nil
  }
}
