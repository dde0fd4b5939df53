import CloudProtocol
import DoorRules

/// The commands of the cloud and their results.
struct CloudCommands {
  struct Entry {
    var id: String
    var command: Command
    var expires: WallInstant
    var isSent = false
    /// The broker lost its result.
    var isForgotten = false
    /// Every reported outcome, in order.
    var outcomes: [CommandResult.Outcome] = []
  }

  private(set) var entries: [Entry] = []
  private var index: [String: Int] = [:]

  mutating func add(_ command: Command, id: String, expires: WallInstant) {
    index[id] = entries.count
    entries.append(Entry(id: id, command: command, expires: expires))
  }

  /// Commands that are not published and not expired.
  func waiting(at now: WallInstant) -> [Entry] {
    // Older commands are published or expired.
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

  /// Published commands without a final result.
  var open: [Entry] {
    entries.filter { $0.isSent && !$0.isForgotten && !$0.outcomes.contains { $0 != .received } }
  }
}
