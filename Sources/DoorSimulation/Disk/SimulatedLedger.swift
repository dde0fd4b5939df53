public import CloudProtocol
public import DoorPorts
public import DoorRules

/// The commands that a controller began, in order, each with its result.
public final class SimulatedLedger: CommandLedger, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  struct Entry {
    var id: String
    var expires: WallInstant
    var content: ContentHash?
    var result: CommandResult?
    var isConfirmed = false
  }

  private let medium: DiskMedium
  private(set) var entries: [Entry] = []
  private var index: [String: Int] = [:]

  init(medium: DiskMedium) { self.medium = medium }

  public func begin(
    commandID: String, content: ContentHash?, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer {
    try medium.write("begin command \(commandID)")
    if let seen = index[commandID] {
      if let first = entries[seen].content, let content, first != content { return .taken }
      return .seen(entries[seen].result)
    }
    index[commandID] = entries.count
    entries.append(Entry(id: commandID, expires: expires, content: content))
    return .begun
  }

  public func finish(commandID: String, result: CommandResult) throws(PortError) {
    let operation = "finish command \(commandID)"
    guard result.commandID == commandID else {
      throw PortError(
        .invalid, operation: operation, detail: "the result is of \(result.commandID)")
    }
    try medium.write(operation)
    guard let place = index[commandID] else {
      throw PortError(.invalid, operation: operation, detail: "it was never begun")
    }
    if entries[place].result == nil { entries[place].result = result }
  }

  public func unconfirmedResults(limit: Int) throws(PortError) -> [CommandResult] {
    medium.read("read results")
    return Array(
      entries.lazy.filter { !$0.isConfirmed }.compactMap(\.result).prefix(max(limit, 0)))
  }

  public func confirmResults(_ commandIDs: [String]) throws(PortError) {
    try medium.write("confirm results")
    for id in commandIDs {
      guard let place = index[id], entries[place].result != nil else { continue }
      entries[place].isConfirmed = true
    }
  }

  public func interruptOpen(
    at: WallInstant, simulated: Bool
  ) throws(PortError) -> [CommandResult] {
    try medium.write("close interrupted commands")
    var results: [CommandResult] = []
    for place in entries.indices where entries[place].result == nil {
      let result = CommandResult(
        commandID: entries[place].id, outcome: .interrupted,
        reason: "the controller stopped while it ran; it is not run again", simulated: simulated,
        timeMilliseconds: at.millisecondsSince1970)
      entries[place].result = result
      results.append(result)
    }
    return results
  }
}
