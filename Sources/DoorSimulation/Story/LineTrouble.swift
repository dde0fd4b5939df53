/// What happens to the line of OSDP readers, and to the readers on it.
public enum LineTrouble: Sendable, Codable, Hashable {
  /// So many packets in a hundred are changed on their way.
  case noise(seconds: Int, percent: Int)
  /// Both wires are cut.
  case cut(seconds: Int)
  /// The controller's adapter is pulled out.
  case unplugged(seconds: Int)
  case readerRestarts(door: Int)
  /// Another reader takes its place: a new one, or one of another site. After a while somebody pairs it.
  case replaced(door: Int, isUnpaired: Bool, pairedAfterSeconds: Int)
  /// Somebody has the wires in hand, and wants to get in as this person.
  case attack(LineAttack, door: Int, person: Int, seconds: Int)
}

/// What somebody with both wires in hand does.
public enum LineAttack: String, Sendable, Codable, Hashable, CaseIterable {
  /// Answers with a card in the clear.
  case clearCard
  /// Says in the clear that the reader cannot do it securely, then sends a card.
  case capabilities
  /// Offers the key of an unpaired reader, with a card.
  case defaultKey
  /// Answers with a card that was recorded.
  case replayCard
  /// Answers every question as it was answered before.
  case replaySession
  /// Changes the sequence numbers of answers.
  case sequence
  /// Changes answers, or their MACs.
  case changedMAC
  /// Sends a card with the MAC of another answer.
  case forgedMAC
  /// Refuses in the clear.
  case refusals
  /// Asks for patience.
  case busy
  /// Asks the reader to begin a channel.
  case forgedChallenge
}
