/// Totals over simulations.
public struct Tally: Sendable {
  /// What is counted. The raw values are names in JSON.
  public enum Figure: String, CaseIterable, CodingKey, Sendable {
    case cards, pins, granted, pairs, leftUnlocked, denied, exits, passages, records, commands,
      changes, outages
    case lineItems, lineTroubles, lineAttacks, pairings
    case powerCuts, kills, boots, diskFaults, clockSteps, zoneFaults, boards, brokerRestarts,
      spoiled,
      attacks, replays, steps

    /// The name in a report.
    public var title: String {
      switch self {
      case .cards: "cards"
      case .pins: "PINs"
      case .granted: "granted"
      case .pairs: "let in as two"
      case .leftUnlocked: "left unlocked"
      case .denied: "denied"
      case .exits: "exits"
      case .passages: "passages"
      case .records: "events"
      case .commands: "commands"
      case .changes: "changes by staff"
      case .outages: "outages"
      case .lineItems: "cards and keys over a line"
      case .lineTroubles: "troubles on a line"
      case .lineAttacks: "attacks on a line"
      case .pairings: "readers paired"
      case .powerCuts: "power cuts"
      case .kills: "kills"
      case .boots: "starts"
      case .diskFaults: "disk faults"
      case .clockSteps: "clock steps"
      case .zoneFaults: "zone faults"
      case .boards: "boards lost"
      case .brokerRestarts: "broker restarts"
      case .spoiled: "spoiled frames"
      case .attacks: "attacks"
      case .replays: "old messages played"
      case .steps: "steps"
      }
    }
  }

  public var simulatedSeconds: Int64 = 0
  public var doorSeconds: Int64 = 0
  private var counts: [Figure: Int] = [:]

  public init() {}

  public subscript(figure: Figure) -> Int {
    get { counts[figure, default: 0] }
    set { counts[figure] = newValue }
  }

  public static func += (left: inout Tally, right: Tally) {
    left.simulatedSeconds += right.simulatedSeconds
    left.doorSeconds += right.doorSeconds
    left.counts.merge(right.counts, uniquingKeysWith: +)
  }

  /// Each figure with its name.
  public var lines: [(name: String, count: Int)] { Figure.allCases.map { ($0.title, self[$0]) } }
}

extension Tally: Encodable {
  private enum SecondsKey: String, CodingKey { case simulatedSeconds, doorSeconds }

  public func encode(to encoder: any Encoder) throws {
    var seconds = encoder.container(keyedBy: SecondsKey.self)
    try seconds.encode(simulatedSeconds, forKey: .simulatedSeconds)
    try seconds.encode(doorSeconds, forKey: .doorSeconds)
    var figures = encoder.container(keyedBy: Figure.self)
    for figure in Figure.allCases { try figures.encode(self[figure], forKey: figure) }
  }
}
