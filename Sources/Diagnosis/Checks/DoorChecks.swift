import CloudProtocol
import DoorRules

/// A door's lock and leaf.
public struct DoorFacts: Sendable, Hashable {
  public var id: String
  public var secured: Bool
  /// Nil without a contact.
  public var open: Bool?
  public var alarms: [String]
  /// `normal`, or the mode in force.
  public var mode: String
  /// Nil when the line could not be requested.
  public var relayActive: Bool?
  /// How often the leaf was opened while the lock was released, and while it was secured.
  public var openedReleased: Int
  public var openedSecured: Int
  /// How often the leaf was closed while the lock was released.
  public var closedReleased: Int

  public init(
    id: String, secured: Bool, open: Bool?, alarms: [String], mode: String, relayActive: Bool?,
    openedReleased: Int = 0, openedSecured: Int = 0, closedReleased: Int = 0
  ) {
    self.id = id
    self.secured = secured
    self.open = open
    self.alarms = alarms
    self.mode = mode
    self.relayActive = relayActive
    self.openedReleased = openedReleased
    self.openedSecured = openedSecured
    self.closedReleased = closedReleased
  }

  /// This many passages that all look inverted are not chance.
  static let turnedPassagesMin = 2

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("doors")
    if relayActive == nil {
      writer.failure(
        "relay", "door \(id): its relay cannot be driven",
        do: "see the fault of its line above; until then the door opens for nobody")
    }
    // With an inverted contact every passage begins with a leaf that seems to close.
    if closedReleased >= Self.turnedPassagesMin, openedReleased == 0 {
      writer.failure(
        "contactInverted",
        "door \(id): the leaf seems to close each time it is unlocked, and never to open",
        do: "the contact is inverted: change activeLow of door.\(id).contact")
    } else if open == true, secured {
      writer.warning(
        "contact", "door \(id): the contact reads open while the lock is secured",
        do: "if the leaf is shut, the contact is inverted or broken: change activeLow of its line")
    }
    for alarm in alarms {
      let isOfLock = AlarmReason(rawValue: alarm)?.isOfLock ?? false
      writer.warning(
        "alarm", "door \(id): alarm \(alarm)",
        do: isOfLock
          ? "look at the lock's cable, fuse and relay, and at any emergency switch in its line"
          : "look at the door; shut the leaf")
    }
    if mode != "normal" {
      writer.warning(
        "mode", "door \(id): \(mode)",
        do: mode == DoorMode.batteryLow.rawValue
          ? "it ends when mains is back" : "`postern mode off` or `end-lockdown` ends it")
    }
    if writer.checks.isEmpty {
      let leaf = open.map { $0 ? "leaf open" : "leaf shut" } ?? "no contact"
      writer.ok("state", "door \(id): \(secured ? "secured" : "released"), \(leaf)")
    }
    return writer.checks
  }
}
