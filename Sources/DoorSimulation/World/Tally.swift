/// What came about in simulations, added up.
public struct Tally: Sendable, Codable, Hashable {
  public var simulatedSeconds: Int64 = 0
  public var doorSeconds: Int64 = 0
  public var steps = 0
  public var boots = 0
  public var cards = 0
  public var pins = 0
  public var granted = 0
  public var denied = 0
  public var exits = 0
  public var passages = 0
  public var records = 0
  public var commands = 0
  public var changes = 0
  public var outages = 0
  public var powerCuts = 0
  public var kills = 0
  public var diskFaults = 0
  public var clockSteps = 0
  public var brokerRestarts = 0
  public var spoiled = 0
  public var attacks = 0

  public init() {}

  public static func += (left: inout Tally, right: Tally) {
    left.simulatedSeconds += right.simulatedSeconds
    left.doorSeconds += right.doorSeconds
    left.steps += right.steps
    left.boots += right.boots
    left.cards += right.cards
    left.pins += right.pins
    left.granted += right.granted
    left.denied += right.denied
    left.exits += right.exits
    left.passages += right.passages
    left.records += right.records
    left.commands += right.commands
    left.changes += right.changes
    left.outages += right.outages
    left.powerCuts += right.powerCuts
    left.kills += right.kills
    left.diskFaults += right.diskFaults
    left.clockSteps += right.clockSteps
    left.brokerRestarts += right.brokerRestarts
    left.spoiled += right.spoiled
    left.attacks += right.attacks
  }

  /// Each figure with its name.
  public var lines: [(name: String, count: Int)] {
    [
      ("cards", cards), ("PINs", pins), ("granted", granted), ("denied", denied),
      ("exits", exits), ("passages", passages), ("events", records), ("commands", commands),
      ("changes by staff", changes), ("outages", outages), ("power cuts", powerCuts),
      ("kills", kills), ("starts", boots), ("disk faults", diskFaults),
      ("clock steps", clockSteps), ("broker restarts", brokerRestarts),
      ("spoiled frames", spoiled), ("attacks", attacks), ("steps", steps),
    ]
  }
}
