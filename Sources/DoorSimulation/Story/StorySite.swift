import DoorCore

/// Where the story happens.
public struct StorySite: Sendable, Codable, Hashable {
  public struct Door: Sendable, Codable, Hashable {
    public var holdTimeSeconds: Int
    public var isFailSafe: Bool
    /// A raw value of ``DoorCore/DoorTiming/Relock``.
    public var relock: String
    /// `cardOnly`, `pinOnly`, `cardOrPIN` or `cardThenPIN`.
    public var presentation: String
    /// Two people are needed, and whoever is inside cannot enter again for
    /// ``vaultMinutes``.
    public var isVault = false

    /// Only people with ``induction`` get in. Nil is false.
    public var requiresInduction: Bool?

    /// So many people may be inside of the area behind it. Nil counts nobody.
    public var peopleMax: Int?
    /// Everybody counts as outside of it at night; otherwise whoever leaves by another controller's
    /// reader, and so nobody, is seen. Nil is false.
    public var emptiesAtNight: Bool?

    /// It is released when mains is lost and the battery low. Nil is false.
    public var releasesOnLowBattery: Bool?

    /// Its reader only leads out. Nil is false.
    public var leadsOut: Bool?

    /// So long it may be left unlocked, by whoever may. Nil never.
    public var officeMinutes: Int?
    /// The hour of the day at which that ends as well; it may from six on. Nil is at all hours.
    public var officeCloses: Int?

    /// So long its lock is released for whoever needs longer. Nil is as for everybody.
    public var extendedSeconds: Int?

    var asksForBoth: Bool { presentation == "cardThenPIN" }
    /// Time from one bit of its reader to the next.
    public var bitSpacingMicroseconds: Int
    /// Its reader's address on the site's OSDP line; nil for a reader on data lines.
    public var lineAddress: Int?
    /// Its contact, exit input and relay are at that reader. Nil is false.
    public var linesAtReader: Bool?
  }

  /// After how many minutes somebody may enter a vault again.
  public static let vaultMinutes = 45

  /// When everybody counts as outside of an area that counts, 04:00, in minutes of the day.
  public static let resetMinute = 4 * 60

  /// The tag of whoever may leave some doors unlocked.
  public static let keyHolder = "keys"

  /// The tag of whoever needs longer to pass a door.
  public static let slow = "slow"

  /// The qualification that some doors require.
  public static let induction = "induction"

  /// What the people of a plan's level are tagged with.
  public static let guardTag = "guard"

  /// The site's plan for emergencies.
  public struct Emergency: Sendable, Codable, Hashable {
    /// The id of the plan.
    public static let plan = "lockdown"

    /// The doors that it is for.
    public var doors: [Int]
    /// Who passes.
    public var guards: [Int]
    /// Nil lasts until it is ended.
    public var holdMinutes: Int?
  }

  /// A wired alarm: an automation of the site locks a door down for a while, and lights a lamp.
  public struct Alarm: Sendable, Codable, Hashable {
    /// The id of the automation, and of its input.
    public static let name = "alarm"
    public static let lamp = "lamp"
    public static let lockdownSeconds = 600

    public var door: Int
  }

  public struct Person: Sendable, Codable, Hashable {
    /// The number of a 37-bit card without facility code, or of a 36-bit card with issue number.
    public var card: UInt64
    /// The card has an issue number, and is given out again when it is lost. Nil is false.
    public var hasIssues: Bool?
    /// The member's own card and PIN are suspended once they were not used for so many days.
    public var unusedDays: Int?
    /// Eight digits.
    public var pin: String
    /// The only door that a member may use; nil: every door of the wing.
    public var door: Int?
    /// Enters only with a host. Nil is false.
    public var needsHost: Bool?
    /// May bring such a person. Nil is false.
    public var isHost: Bool?
    /// May leave some doors unlocked. Nil is false.
    public var holdsKeys: Bool?
    /// Needs longer to pass a door. Nil is false.
    public var needsLonger: Bool?
    /// False: only bookings give access.
    public var isMember: Bool
  }

  /// An IANA name.
  public var zone: String
  /// Seconds since 1970.
  public var startSeconds: Int64
  public var doors: [Door]
  public var people: [Person]
  /// How long the door serves from its cache without the cloud.
  public var offlineHours: Int
  public var hasClockBattery: Bool
  /// Nil has no plan.
  public var emergency: Emergency?
  /// Nil has no automation.
  public var alarm: Alarm?
  public var clockDriftPPM: Int
}

/// How unreliable the world is all the time, in percent and milliseconds. Faults at a certain time
/// are happenings of the story.
public struct StoryFaults: Sendable, Codable, Hashable {
  /// Chance that a message is lost on its way and sent again later.
  public var lossPercent: Int
  public var duplicatePercent: Int
  /// Chance that a message overtakes or falls behind others.
  public var reorderPercent: Int
  /// One way.
  public var delayMilliseconds: Int
  /// Bounces of contact and button.
  public var bounces: Int
  /// Of one commit.
  public var commitMilliseconds: Int

  public static let none = StoryFaults(
    lossPercent: 0, duplicatePercent: 0, reorderPercent: 0, delayMilliseconds: 20, bounces: 0,
    commitMilliseconds: 4)
}

/// Which kinds of trouble a story has.
public struct FaultKinds: OptionSet, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let network = FaultKinds(rawValue: 1)
  public static let broker = FaultKinds(rawValue: 2)
  public static let disk = FaultKinds(rawValue: 4)
  public static let power = FaultKinds(rawValue: 8)
  public static let clock = FaultKinds(rawValue: 16)
  public static let wires = FaultKinds(rawValue: 32)
  public static let attacks = FaultKinds(rawValue: 64)
  public static let zones = FaultKinds(rawValue: 128)
  public static let all: FaultKinds = [
    .network, .broker, .disk, .power, .clock, .wires, .attacks, .zones,
  ]

  /// The names for the command line.
  public static let names: [(name: String, kind: FaultKinds)] = [
    ("network", .network), ("broker", .broker), ("disk", .disk), ("power", .power),
    ("clock", .clock), ("wires", .wires), ("attacks", .attacks), ("zones", .zones),
  ]
}
