import DoorRules

/// How much ``EventSender`` sends at once, and when: the bytes of a batch, the events of a batch, the
/// batches in flight, and what the cloud asked for.
struct SendPace: Sendable, Hashable {
  /// A smaller limit than this counts as this: the contract cannot be carried by a broker that
  /// takes less.
  static let bytesMin = 16_384
  /// Connections in a row that ended without an acknowledgement before a large batch counts as
  /// the cause: some brokers cut the connection for one and state no limit.
  static let cutsMax = 2

  /// Longest JSON of a batch on this connection, in bytes.
  private(set) var bytesMax = EventBatch.bytesMax
  /// What connections that were cut have taught; kept as long as the program runs.
  private var learnt = EventBatch.bytesMax
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
  private(set) var isProbing = false
  var eventsMax: Int { isProbing || isSingle ? 1 : EventBatch.eventsMax }
  var batchesMax: Int { isProbing || isSingle ? 1 : SyncLimits.batchesInFlightMax }
  /// A batch of the least size was refused as too large on this connection: one event goes at a time.
  private(set) var isSingle = false

  /// A connection begins, on which a message may have so many bytes; nil for no limit.
  mutating func begin(messageBytesMax: Int?) {
    bytesMax = max(min(learnt, messageBytesMax ?? .max), Self.bytesMin)
    isProbing = false
    unanswered = 0
    isSingle = false
  }

  mutating func sendSingly() { isSingle = true }

  mutating func sent(bytes: Int) { unanswered = max(unanswered, bytes) }

  mutating func timedOut() {
    isProbing = true
    missed = nil
  }

  /// The cloud sent something, so it is there again.
  mutating func heard() { isProbing = false }

  mutating func acknowledged() {
    isProbing = false
    missed = nil
    cuts = 0
    unanswered = 0
  }

  /// A batch of so many bytes was refused as too large.
  mutating func tooLarge(bytes: Int) {
    bytesMax = max(min(bytes, bytesMax) / 2, Self.bytesMin)
  }

  /// The connection ended.
  mutating func end() {
    guard unanswered > Self.bytesMin else { return }
    cuts += 1
    guard cuts >= Self.cutsMax else { return }
    cuts = 0
    learnt = max(learnt / 2, Self.bytesMin)
  }
}
