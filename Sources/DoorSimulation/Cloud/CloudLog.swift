import CloudProtocol
import DoorRules

/// The door's events at the cloud.
struct CloudLog {
  private(set) var epoch: String?
  private(set) var through: UInt64 = 0
  private var chain: String?
  /// Ids of events in their order.
  private(set) var events: [String] = []
  private var idsByNumber: [UInt64: String] = [:]
  private var known: Set<String> = []

  func has(_ id: String) -> Bool { known.contains(id) }

  /// What the cloud has; nil before the first batch.
  var acknowledgement: EventAcknowledgement? {
    epoch.map { EventAcknowledgement(epoch: $0, through: through, chain: chain) }
  }

  /// Takes a batch, and gives what is new in it. Throws ``BrokenSentence`` for a log that a door
  /// could not have written.
  mutating func take(_ batch: EventBatch, from controller: ControllerID) throws -> [CloudEvent] {
    let isSameLog = epoch == batch.epoch
    var intake = EventIntake(
      epoch: batch.epoch,
      through: isSameLog ? through : (epoch == nil ? 0 : batch.acknowledged ?? 0))
    let answer = try intake.take(batch, from: controller)
    for event in batch.events where isSameLog {
      guard let number = event.number, let before = idsByNumber[number], before != event.id
      else { continue }
      throw BrokenSentence(
        sentence: "the door's log goes its own way only forward",
        detail: "event \(number) is another")
    }
    var link = isSameLog && answer.dropped == nil ? chain : nil
    for event in answer.fresh {
      guard try event.continues(link) else {
        throw BrokenSentence(
          sentence: "the chain of the log holds", detail: "event \(event.sequence) does not follow")
      }
      link = event.chain
    }
    epoch = batch.epoch
    through = intake.through
    chain = link
    for event in answer.fresh {
      if let number = event.number { idsByNumber[number] = event.id }
      if known.insert(event.id).inserted { events.append(event.id) }
    }
    return answer.fresh
  }
}

/// A sentence that must always be true, and is not.
struct BrokenSentence: Error {
  var sentence: String
  var detail: String
}
