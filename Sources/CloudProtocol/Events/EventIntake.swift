public import DoorRules

/// The cloud's side of event delivery for one log of one controller: it finds the new events of a
/// batch and the number to acknowledge. Batches may arrive twice, late and with gaps between them;
/// only events that follow without a gap are stored and acknowledged.
///
/// Take a copy, call ``take(_:from:)``, commit the fresh events and the new ``through`` in one
/// transaction, then keep the copy and send the acknowledgement. Acknowledge every batch, also one
/// without new events: the door may have missed the last acknowledgement.
public struct EventIntake: Sendable, Hashable {
  /// Names the door's log.
  public let epoch: String
  /// Everything up to and with this number is stored; 0 for nothing.
  public private(set) var through: UInt64

  /// As stored by earlier calls; 0 for an unknown log. A cloud that lost its own store may begin at
  /// the door's ``Hello/acknowledgedEvent``.
  public init(epoch: String, through: UInt64) {
    self.epoch = epoch
    self.through = through
  }

  /// What to do with a batch.
  public struct Answer: Sendable, Hashable {
    /// To be stored, in rising order without gaps.
    public var fresh: [CloudEvent]
    /// To be sent once `fresh` is committed.
    public var acknowledgement: EventAcknowledgement
    /// Number of the first event that was not taken because earlier ones are missing; the door will
    /// send it again.
    public var firstBeyondGap: UInt64?
    /// Events that the door deleted before it could send them; they are lost.
    public var dropped: ClosedRange<UInt64>?
  }

  /// Takes a batch from the topic of `controller`. Throws, and changes nothing, for a batch of
  /// another controller or log, or one that no door sends.
  public mutating func take(
    _ batch: EventBatch, from controller: ControllerID
  ) throws(ValidationFailure) -> Answer {
    let numbers = try batch.numbers(from: controller)
    guard batch.epoch == epoch else {
      throw ValidationFailure(path: "epoch", message: "is of another log than \(epoch)")
    }
    var fresh: [CloudEvent] = []
    var firstBeyondGap: UInt64?
    var dropped: ClosedRange<UInt64>?
    if let end = batch.droppedThrough, end > through, numbers.first.map({ $0 - 1 <= end }) == true {
      dropped = through + 1...end
      through = end
    }
    for (number, event) in zip(numbers, batch.events) where number > through {
      guard number - through == 1 else {
        firstBeyondGap = number
        break
      }
      fresh.append(event)
      through = number
    }
    return Answer(
      fresh: fresh,
      acknowledgement: EventAcknowledgement(
        epoch: epoch, through: through, expected: firstBeyondGap == nil ? nil : through + 1),
      firstBeyondGap: firstBeyondGap, dropped: dropped)
  }
}

extension EventBatch {
  /// The numbers of the events, rising by one. Throws what is wrong with the batch.
  public func numbers(from expected: ControllerID) throws(ValidationFailure) -> [UInt64] {
    var reader = DocumentReader()
    if controller != expected.rawValue {
      reader.note("controller", "is not \(expected), on whose topic it arrived")
    }
    _ = reader.identifier(epoch, "epoch") as Identifier<Never>?
    for (name, number) in [("acknowledged", acknowledged), ("droppedThrough", droppedThrough)]
    where number.map({ $0 > Self.numberMax }) == true {
      reader.note(name, "is above \(Self.numberMax)")
    }
    var numbers: [UInt64] = []
    if events.isEmpty { reader.note("events", "has no entries") }
    if reader.count(events.count, "events", max: Self.eventsMax) {
      for (index, event) in events.enumerated() {
        let path = "events[\(index)]"
        if event.source != CloudEvent.source(of: expected.rawValue) {
          reader.note("\(path).source", "is not this controller's")
        }
        guard let number = event.number, (1...Self.numberMax).contains(number) else {
          reader.note("\(path).sequence", "is no number of an event")
          continue
        }
        if let last = numbers.last, number != last &+ 1 {
          reader.note("\(path).sequence", "\(number) does not follow \(last)")
        }
        numbers.append(number)
      }
    }
    try reader.check()
    return numbers
  }
}
