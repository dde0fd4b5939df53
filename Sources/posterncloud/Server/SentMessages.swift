import CloudProtocol
import DoorPorts
import DoorRules

/// What the broker has not answered yet, and how long a message may be to get through it.
struct SentMessages {
  struct Message {
    var controller: ControllerID
    var kind: Topics.Down
    var bytes: Int
  }

  /// A smaller limit counts as this: a broker that takes less cannot carry the contract.
  static let bytesMin = EnvelopeLimits.brokerBytesMin
  /// Connections in a row that ended over a large message before that counts as the cause: some
  /// brokers cut the connection for one and state no limit.
  static let cutsMax = 2
  /// More than a packet has beside the payload.
  private static let headBytesMax = 256

  /// The longest message that gets through, in bytes.
  private(set) var bytesMax = EnvelopeLimits.messageBytesMax(.chunk)
  /// What refusals and cuts have taught; kept as long as the program runs.
  private var learnt = EnvelopeLimits.messageBytesMax(.chunk)
  private var waiting: [Int: Message] = [:]
  private var cuts = 0

  /// A connection begins, whose packets have at most so many bytes; nil for no limit.
  mutating func connected(packetBytesMax: Int?) {
    let stated = packetBytesMax.map { $0 - Self.headBytesMax } ?? .max
    bytesMax = max(min(learnt, stated), Self.bytesMin)
  }

  mutating func add(_ message: Message, token: Int) { waiting[token] = message }

  mutating func delivered(_ token: Int) {
    guard let message = waiting.removeValue(forKey: token), message.bytes > Self.bytesMin
    else { return }
    cuts = 0
  }

  /// The message that nobody has. Later ones are shorter if it was too large.
  mutating func refused(_ token: Int, _ refusal: LinkRefusal) -> Message? {
    guard let message = waiting.removeValue(forKey: token) else { return nil }
    if refusal.isTooLarge { learn(tooLarge: message.bytes) }
    return message
  }

  mutating func disconnected() {
    let largest = waiting.values.map(\.bytes).max() ?? 0
    waiting = [:]
    guard largest > Self.bytesMin else { return }
    cuts += 1
    guard cuts >= Self.cutsMax else { return }
    cuts = 0
    learn(tooLarge: largest)
  }

  /// A longer message than may be sent by now was on its way when an earlier refusal was learnt from.
  private mutating func learn(tooLarge bytes: Int) {
    guard bytes <= bytesMax else { return }
    learnt = max(bytes / 2, Self.bytesMin)
    bytesMax = min(bytesMax, learnt)
  }
}
