import CloudProtocol

/// A door's lock and leaf.
public struct DoorFacts: Sendable, Hashable {
  public var id: String
  public var secured: Bool
  /// Nil without a contact.
  public var open: Bool?
  public var alarms: [String]
  /// `normal`, or what counts in its place.
  public var mode: String
  /// Nil when the line is not there.
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

  /// So many passages that all look turned round are no chance.
  static let turnedPassagesMin = 2

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("doors")
    if relayActive == nil {
      writer.failure(
        "relay", "door \(id): its relay cannot be driven",
        do: "see the line's fault above; until then it does not open for anybody")
    }
    // At an inverted contact every passage begins with a leaf that seems to close.
    if closedReleased >= Self.turnedPassagesMin, openedReleased == 0 {
      writer.failure(
        "contactInverted",
        "door \(id): the leaf seems to close each time it is unlocked, and never to open",
        do: "the contact is inverted: turn activeLow of door.\(id).contact")
    } else if open == true, secured {
      writer.warning(
        "contact", "door \(id): the contact says open while the lock is secured",
        do: "if the leaf is shut, the contact is inverted or broken: turn activeLow of its line")
    }
    for alarm in alarms {
      writer.warning("alarm", "door \(id): alarm \(alarm)", do: "look at the door; shut the leaf")
    }
    if mode != "normal" {
      writer.warning(
        "mode", "door \(id): \(mode)", do: "`postern mode off` or `end-lockdown` ends it")
    }
    if writer.checks.isEmpty {
      let leaf = open.map { $0 ? "leaf open" : "leaf shut" } ?? "no contact"
      writer.ok("state", "door \(id): \(secured ? "secured" : "released"), \(leaf)")
    }
    return writer.checks
  }
}
