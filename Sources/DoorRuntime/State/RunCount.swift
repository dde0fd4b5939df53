import CloudProtocol
import DoorPorts
import DoorRules

/// How often in a row the controller started without having been stopped: its supply dips, or the
/// program ends by itself. On disk from each start to its clean end.
struct RunCount: Sendable, Hashable {
  /// So many in a row are told. One power cut is nobody's fault.
  static let toldMin = 3
  /// A run of that length ends the row.
  static let longRunHours = 24

  /// The machine was switched off, or restarted, without a stop.
  private(set) var powerLosses = 0
  /// The program ended without a stop, and the machine went on.
  private(set) var crashes = 0
  /// Names this start of the machine; empty when that is not known.
  private(set) var machine = ""
  private var isRunning = false

  var uncleanStarts: Int { powerLosses + crashes }

  /// Nothing is known of earlier runs.
  init() {}

  // MARK: The life of a run

  /// A run begins, on a machine whose present start has this name.
  mutating func begin(machine: String) {
    if !isRunning {
      powerLosses = 0
      crashes = 0
    } else if !machine.isEmpty, machine == self.machine {
      crashes = min(crashes + 1, Self.countMax)
    } else {
      powerLosses = min(powerLosses + 1, Self.countMax)
    }
    isRunning = true
    self.machine = machine
  }

  /// The run has been long. True when that changes anything.
  mutating func lasted(hours: Int) -> Bool {
    guard hours >= Self.longRunHours, uncleanStarts > 0 else { return false }
    powerLosses = 0
    crashes = 0
    return true
  }

  /// The run ends as it should.
  mutating func end() {
    isRunning = false
    powerLosses = 0
    crashes = 0
  }

  // MARK: Told

  /// The event of this start; nil for a start that needs none.
  var record: EventRecord? {
    guard uncleanStarts >= Self.toldMin else { return nil }
    return EventRecord(
      .controllerUncleanStarts,
      detail: ["powerLosses": String(powerLosses), "crashes": String(crashes)])
  }

  /// For the status.
  var trouble: String? {
    guard uncleanStarts >= Self.toldMin else { return nil }
    return """
      the controller has started \(uncleanStarts) times in a row without having been stopped: \
      \(powerLosses) times its power was gone, \(crashes) times the program ended; \
      `postern diagnose` says what to do
      """
  }

  // MARK: On disk

  private static let countMax = 9_999

  /// `running` or `stopped`, the two counts and the machine's start, with spaces between.
  var bytes: [UInt8] {
    Array("\(isRunning ? "running" : "stopped") \(powerLosses) \(crashes) \(machine)".utf8)
  }

  /// Nil for anything that ``bytes`` did not make.
  init?(bytes: [UInt8]) {
    let words = String(decoding: bytes, as: UTF8.self)
      .split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    guard words.count == 4, let power = Int(words[1]), let crashes = Int(words[2]),
      (0...Self.countMax).contains(power), (0...Self.countMax).contains(crashes),
      words[0] == "running" || words[0] == "stopped"
    else { return nil }
    isRunning = words[0] == "running"
    powerLosses = power
    self.crashes = crashes
    machine = String(words[3])
  }
}
