import CloudProtocol
import DoorRules

/// The commands of the cloud and what became of them.
struct CloudCommands {
  struct Entry {
    var id: String
    var command: Command
    var expires: WallInstant
    var isSent = false
    /// The broker forgot how it ended.
    var isForgotten = false
    /// Every outcome that was told, in its order.
    var outcomes: [CommandResult.Outcome] = []
  }

  private(set) var entries: [Entry] = []
  private var index: [String: Int] = [:]

  mutating func add(_ command: Command, id: String, expires: WallInstant) {
    index[id] = entries.count
    entries.append(Entry(id: id, command: command, expires: expires))
  }

  /// Those that the broker does not have yet and that are not over.
  func waiting(at now: WallInstant) -> [Entry] {
    // Old ones are at the front and never come back.
    entries.suffix(64).filter { !$0.isSent && now < $0.expires }
  }

  mutating func markSent(_ id: String) {
    if let place = index[id] { entries[place].isSent = true }
  }

  mutating func note(_ result: CommandResult) {
    if let place = index[result.commandID] { entries[place].outcomes.append(result.outcome) }
  }

  mutating func forget(_ id: String) {
    if let place = index[id] { entries[place].isForgotten = true }
  }

  subscript(id: String) -> Entry? { index[id].map { entries[$0] } }

  /// Those that went out and have no end.
  var open: [Entry] {
    entries.filter { $0.isSent && !$0.isForgotten && !$0.outcomes.contains { $0 != .received } }
  }
}
