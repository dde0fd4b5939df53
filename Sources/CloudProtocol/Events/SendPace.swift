import DoorRules

/// How much ``EventSender`` sends at once, and when: the bytes of a batch, the events of a batch, the
/// batches in flight, and what the cloud asked for.
struct SendPace: Sendable, Hashable {
  /// A smaller limit than this counts as this: the contract cannot be carried by a broker that
  /// takes less.
  static let bytesMin = EnvelopeLimits.brokerBytesMin
  /// A broker that states no limit gets batches of so many bytes until it took a larger one.
  static let bytesFirst = 100_000
  /// Connections in a row that ended without an acknowledgement before a batch counts as the cause,
  /// although the broker took such a one before: some cut the connection for one and state no limit.
  static let cutsMax = 2

  /// Longest JSON of a batch on this connection, in bytes.
  private var ceiling = EventBatch.bytesMax
  private var isStated = false
  /// What refusals and cuts have taught; kept as long as the program runs.
  private var learnt = EventBatch.bytesMax
  /// Bytes of the largest batch that was acknowledged; kept as long as the program runs.
  private var proven = 0
  /// The last event of a larger batch than any before, which is not acknowledged; one at a time.
  private var trial: UInt64?
  /// Waits in a row that ended without an acknowledgement, or in a refusal.
  private var timeouts = 0
  /// Bytes of the largest batch of this connection that is not acknowledged.
  private var unanswered = 0
  /// Connections in a row that ended so.
  private var cuts = 0

  /// The cloud wants no events before this.
  var waitsUntil: MonotonicInstant?
  /// The number that the cloud missed last: all that was in flight then makes it say so again.
  var missed: UInt64?
  /// An event that does not go through as it is; it is sent without its details.
  var oversized: UInt64?

  /// After a wait without an acknowledgement one event is enough to find out whether the cloud
  /// answers: the broker may keep every copy.
  var isProbing: Bool { timeouts > 0 }
  var eventsMax: Int { isProbing || isSingle ? 1 : EventBatch.eventsMax }
  var batchesMax: Int { isProbing || isSingle ? 1 : SyncLimits.batchesInFlightMax }
  /// A batch of the least size was refused as too large on this connection: one event goes at a time.
  private(set) var isSingle = false

  /// Longest JSON of the next batch, in bytes. Without a stated limit it grows as batches get through.
  var bytesMax: Int {
    if isStated { return ceiling }
    return min(ceiling, trial == nil ? max(2 * proven, Self.bytesFirst) : provenOrFirst)
  }

  private var provenOrFirst: Int { max(proven, Self.bytesFirst) }

  /// A connection begins, on which a message may have so many bytes; nil for no limit.
  mutating func begin(messageBytesMax: Int?) {
    isStated = messageBytesMax != nil
    ceiling = max(min(learnt, messageBytesMax ?? .max), Self.bytesMin)
    timeouts = 0
    unanswered = 0
    isSingle = false
  }

  mutating func sendSingly() { isSingle = true }

  /// A batch was sent that ends with this event.
  mutating func sent(bytes: Int, through last: UInt64) {
    unanswered = max(unanswered, bytes)
    if bytes > provenOrFirst { trial = last }
  }

  /// What was in flight counts as not sent.
  mutating func wentBack() { trial = nil }

  mutating func timedOut() {
    timeouts += 1
    missed = nil
  }

  /// The cloud is there, although it acknowledges nothing that is new.
  mutating func answered() { timeouts = 0 }

  /// The broker refused a batch for now. It goes again after a second, and later each time that it
  /// is refused again, one event at a time.
  mutating func refusedForNow(at now: MonotonicInstant) {
    waitsUntil = now.advanced(
      byMilliseconds: min(1_000 << min(timeouts, 4), SyncLimits.acknowledgementMilliseconds))
    timedOut()
  }

  /// The cloud has everything up to this event; the largest batch of it had so many bytes, the
  /// largest that is still in flight has `left`.
  mutating func acknowledged(through last: UInt64, bytes: Int, left: Int) {
    timeouts = 0
    missed = nil
    cuts = 0
    unanswered = left
    proven = max(proven, bytes)
    if let trial, trial <= last { self.trial = nil }
  }

  /// A batch of so many bytes was refused as too large. False when an earlier refusal has made
  /// batches smaller already: several were in flight.
  mutating func tooLarge(bytes: Int) -> Bool {
    guard bytes <= ceiling else { return false }
    learn(tooLarge: bytes, atLeast: Self.bytesMin)
    ceiling = min(ceiling, learnt)
    return true
  }

  /// The connection ended. A batch that is larger than any before is the cause at once, another one
  /// when it happens again.
  mutating func end() {
    defer { unanswered = 0 }
    guard unanswered > Self.bytesMin else { return }
    if unanswered > provenOrFirst { return learn(tooLarge: unanswered, atLeast: provenOrFirst) }
    cuts += 1
    guard cuts >= Self.cutsMax else { return }
    cuts = 0
    learn(tooLarge: unanswered, atLeast: Self.bytesMin)
  }

  private mutating func learn(tooLarge bytes: Int, atLeast: Int) {
    learnt = min(learnt, max(bytes / 2, atLeast))
    // What went through once does not count any more when it is refused.
    proven = min(proven, learnt)
  }
}
