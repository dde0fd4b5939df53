public import CloudProtocol
public import DoorPorts
public import DoorRules

extension SimulatedDisk: CommandLedger {
  public func begin(
    commandID: String, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer {
    try write("begin command \(commandID)")
    if let seen = ledgerIndex[commandID] { return .seen(ledger[seen].result) }
    ledgerIndex[commandID] = ledger.count
    ledger.append(LedgerEntry(id: commandID, expires: expires))
    return .begun
  }

  public func finish(commandID: String, result: CommandResult) throws(PortError) {
    let operation = "finish command \(commandID)"
    guard result.commandID == commandID else {
      throw PortError(
        .invalid, operation: operation, detail: "the result is of \(result.commandID)")
    }
    try write(operation)
    guard let index = ledgerIndex[commandID] else {
      throw PortError(.invalid, operation: operation, detail: "it was never begun")
    }
    if ledger[index].result == nil { ledger[index].result = result }
  }

  public func unconfirmedResults(limit: Int) throws(PortError) -> [CommandResult] {
    Array(
      ledger.lazy.filter { !$0.isConfirmed }.compactMap(\.result).prefix(max(limit, 0)))
  }

  public func confirmResults(_ commandIDs: [String]) throws(PortError) {
    try write("confirm results")
    for id in commandIDs {
      guard let index = ledgerIndex[id], ledger[index].result != nil else { continue }
      ledger[index].isConfirmed = true
    }
  }

  public func interruptOpen(
    at: WallInstant, simulated: Bool
  ) throws(PortError) -> [CommandResult] {
    try write("close interrupted commands")
    var results: [CommandResult] = []
    for index in ledger.indices where ledger[index].result == nil {
      let result = CommandResult(
        commandID: ledger[index].id, outcome: .interrupted,
        reason: "the controller stopped while it ran; it is not run again", simulated: simulated,
        timeMilliseconds: at.millisecondsSince1970)
      ledger[index].result = result
      results.append(result)
    }
    return results
  }
}
