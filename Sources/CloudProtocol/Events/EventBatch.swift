/// Events for the cloud, numbered without gaps within one log epoch.
public struct EventBatch: Sendable, Hashable, Codable {
  /// The most events in one batch.
  public static let eventsMax = 200
  /// The longest JSON of a batch, in bytes, unless the broker takes less.
  public static let bytesMax = 262_144
  /// The highest number of an event: more than a database counts in is no number of a log.
  public static let numberMax = UInt64(Int64.max)

  public var controller: String
  public var epoch: String
  public var events: [CloudEvent]
  /// Everything up to and with this number was acknowledged when the batch was sent. A cloud that
  /// does not know the epoch begins here.
  public var acknowledged: UInt64?
  /// Events up to and with this number were deleted before the cloud had them, because the log was
  /// full or the disk spoiled them. The log has an event about it.
  public var droppedThrough: UInt64?

  public init(
    controller: String, epoch: String, events: [CloudEvent], acknowledged: UInt64? = nil,
    droppedThrough: UInt64? = nil
  ) {
    self.controller = controller
    self.epoch = epoch
    self.events = events
    self.acknowledged = acknowledged
    self.droppedThrough = droppedThrough
  }

  /// Leaves out events at the end until the JSON has at most so many bytes; one event always stays. If
  /// that one has more, or is the `oversized` one, it loses its details. Returns a bound above the
  /// bytes that it has then.
  mutating func cut(toBytes bytesMax: Int, oversized: UInt64? = nil) -> Int {
    if let first = events.first,
      Self.headBytes + first.jsonBytesBound > bytesMax || first.number == oversized,
      let short = first.withoutDetails
    {
      events[0] = short
    }
    var bytes = Self.headBytes
    for (index, event) in events.enumerated() {
      let next = event.jsonBytesBound
      if index > 0, bytes + next > bytesMax {
        events.removeSubrange(index...)
        break
      }
      bytes += next
    }
    return bytes
  }

  /// More than everything beside the events.
  private static let headBytes = 384
}

/// An urgent event, published as soon as it is on disk. The same event is published again in its
/// place in the log, and only that copy counts.
public struct UrgentEvent: Sendable, Hashable, Codable {
  public var controller: String
  public var epoch: String
  public var event: CloudEvent

  public init(controller: String, epoch: String, event: CloudEvent) {
    self.controller = controller
    self.epoch = epoch
    self.event = event
  }
}

/// The cloud has every event of `epoch` up to and with `through`.
public struct EventAcknowledgement: Sendable, Hashable, Codable {
  public var epoch: String
  public var through: UInt64
  /// True when an event of the door differs from the cloud's event of the same number: the door's
  /// log lost its end, or is a copy. The door then begins a new epoch, so that no new event is
  /// taken for a repeated one.
  public var diverged: Bool?
  /// True when the cloud lost events above ``through`` that it had acknowledged: it was restored
  /// from a copy. The door then sends those again that it still has.
  public var rewind: Bool?
  /// The nonce of the controller's latest hello. With it the message cannot be an old one, so the
  /// controller may take the time at which it was signed for the present time.
  public var sessionNonce: String?
  /// The number of the first event that the cloud lacks although later ones came: the door sends from
  /// there at once. Absent where nothing is missing.
  public var expected: UInt64?
  /// The door sends no events for so long, since the cloud has too much to do; at most
  /// ``SyncLimits/retryAfterSecondsMax``. Urgent ones come all the same. Absent is no wait.
  public var retryAfterSeconds: Int?
  /// ``CloudEvent/chain`` of the event ``through``, as the cloud stored it: the door sees by it that it
  /// is its own event. A log whose disk was put back gives its numbers to other events.
  public var chain: String?
  /// The forms in which the cloud takes batches, beside plain JSON; see ``BatchPayload/Encoding``. They
  /// count for the connection whose ``sessionNonce`` stands beside them.
  public var encodings: [String]?

  public init(
    epoch: String, through: UInt64, diverged: Bool? = nil, rewind: Bool? = nil,
    sessionNonce: String? = nil, expected: UInt64? = nil, retryAfterSeconds: Int? = nil,
    chain: String? = nil, encodings: [String]? = nil
  ) {
    self.epoch = epoch
    self.through = through
    self.diverged = diverged
    self.rewind = rewind
    self.sessionNonce = sessionNonce
    self.expected = expected
    self.retryAfterSeconds = retryAfterSeconds
    self.chain = chain
    self.encodings = encodings
  }
}
