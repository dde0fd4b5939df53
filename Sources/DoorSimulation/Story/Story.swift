/// Everything that happens in a simulation, fixed before it begins: the site, its people, and what
/// happens when. A story is generated from a seed, can be saved as JSON, and can be shortened. The
/// same story always gives the same run.
public struct Story: Sendable, Codable, Hashable {
  /// The version of the format that this program reads and writes.
  public static let versionNow = 2

  public var version: Int
  public var seed: UInt64
  public var days: Int
  public var site: StorySite
  public var faults: StoryFaults
  /// Ordered by time.
  public var happenings: [Happening]

  public init(
    seed: UInt64, days: Int, site: StorySite, faults: StoryFaults, happenings: [Happening]
  ) {
    version = Self.versionNow
    self.seed = seed
    self.days = days
    self.site = site
    self.faults = faults
    self.happenings = happenings
  }
}

/// One thing that happens.
public struct Happening: Sendable, Codable, Hashable {
  /// Milliseconds since the story's start.
  public var at: Int64
  /// Seeds the random choices within this happening.
  public var seed: UInt64
  public var what: What

  /// What somebody, or something, does.
  public enum What: Sendable, Codable, Hashable {
    /// A person presents the card.
    case badge(person: Int, door: Int, then: Passage, spoiled: Spoiling?)
    /// Somebody presents the card that a person had before the present one.
    case badgeOld(person: Int, door: Int, then: Passage)
    /// A person types the PIN, perhaps wrongly the first time.
    case typePIN(person: Int, door: Int, slips: Int, then: Passage)
    /// Two people present what the door asks for, one after the other.
    case pair(first: Int, second: Int, door: Int, gapMilliseconds: Int, then: Passage)
    /// A person presents the card and, after a pause, types the PIN if the door asks for both.
    case identify(person: Int, door: Int, pauseMilliseconds: Int, then: Passage)
    /// A person presents the card again and again, with these pauses between.
    case badgeAgain(person: Int, door: Int, pausesMilliseconds: [Int], then: Passage)
    /// Somebody presents an unknown card.
    case strangerCard(door: Int)
    /// Somebody who guesses PINs.
    case guessPINs(door: Int, tries: Int)
    /// Somebody presses the exit button and leaves.
    case leave(door: Int, openSeconds: Int)
    /// Somebody pushes the leaf open.
    case force(door: Int, openSeconds: Int)
    case fire(seconds: Int)
    /// The wired alarm of the site's automation.
    case alarm(seconds: Int)
    /// Mains is lost for a while, perhaps for longer than the battery lasts.
    case mainsLost(seconds: Int, lowAfterSeconds: Int?)
    /// Noise on a reader's lines.
    case noise(door: Int, edges: Int)
    case staff(StaffAction)
    /// At the door's own console.
    case frontDesk(DeskAction)
    case command(CommandAction)
    /// Somebody has the broker's password, but not the cloud's key.
    case attack(Attack)
    case fault(Fault)
    /// On the line of OSDP readers.
    case line(LineTrouble)
  }

  public init(at: Int64, seed: UInt64, what: What) {
    self.at = at
    self.seed = seed
    self.what = what
  }
}

/// What somebody does once the lock is released.
public enum Passage: Sendable, Codable, Hashable {
  case enters
  /// Lets in somebody who does not badge.
  case bringsAnother
  /// Holds the leaf open.
  case props(seconds: Int)
  case walksAway
}

/// What happens to a frame on its way.
public enum Spoiling: Sendable, Codable, Hashable {
  case losesBit(Int)
  case turnsBit(Int)
  case addsBit(Int)
  /// One line is stuck.
  case stuckLine
}

/// What the operator's people do in the cloud.
public enum StaffAction: Sendable, Codable, Hashable {
  /// A booking: from and until in minutes from now, for one door.
  case book(person: Int, door: Int, fromMinutes: Int, untilMinutes: Int)
  /// Its times change.
  case move(person: Int, fromMinutes: Int, untilMinutes: Int)
  case cancel(person: Int)
  /// A card and a PIN that open every door so many times.
  case issueUses(person: Int, uses: Int)
  case setEnabled(person: Int, Bool)
  /// A person whose card has issues gets the next one.
  case reissue(person: Int)
  /// What was suspended because nobody used it counts as used now.
  case resume(person: Int)
  /// Explicitly denies a person a place, for so many minutes; nil is without an end.
  case exclude(person: Int, place: ExcludedPlace, forMinutes: Int?)
  /// Ends everything that denies a person places.
  case readmit(person: Int)
  /// Gives a person what some doors require, for so many minutes; nil is without an end.
  case qualify(person: Int, forMinutes: Int?)
  case disqualify(person: Int)
  /// Access hours of a door: opens and closes at these hours of the day; nil is always open.
  case setHours(door: Int, from: Int?, to: Int?)
  case setHoldTime(door: Int, seconds: Int)
  /// The door stands open between these hours; nil never.
  case setUnlockSchedule(door: Int, from: Int?, to: Int?)
  /// Today is a holiday, by effect.
  case holiday(effect: String)
  /// A configuration that the door must refuse.
  case mistake
}

/// Where somebody is explicitly denied.
public enum ExcludedPlace: Sendable, Codable, Hashable {
  case door(Int)
  case wing
  case everywhere
}

/// What somebody does at the door's console.
public enum DeskAction: Sendable, Codable, Hashable {
  case mode(door: Int, word: String, seconds: Int)
  case clearLockout(door: Int)
  case identify(door: Int)
  /// Starts, practises or ends the site's plan.
  case plan(word: String)
}

/// A command of the cloud.
public enum CommandAction: Sendable, Codable, Hashable {
  case unlock(person: Int, door: Int, then: Passage)
  case adminUnlock(door: Int, then: Passage)
  case mode(door: Int, word: String, seconds: Int)
  case identify(door: Int)
  case plan(word: String)
  case sync
}

/// What somebody with access to the network tries.
public enum Attack: Sendable, Codable, Hashable {
  /// Sends an old message of the cloud again, unchanged: `back` messages before the latest.
  case replay(back: Int)
  /// Signed with another key.
  case forgedUnlock(door: Int)
  /// Signed by the cloud for another controller.
  case misdirectedUnlock(door: Int)
  case garbage(bytes: Int)
  /// Holds the broker: keeps back so many of the new messages, and plays old ones about every so
  /// many seconds.
  case siege(seconds: Int, withheldPercent: Int, pauseSeconds: Int)
  /// Holds the broker, keeps everything new back, and plays the last snapshot that there was so long
  /// ago.
  case rewind(seconds: Int, toSecondsAgo: Int, pauseSeconds: Int)
}

/// What breaks.
public enum Fault: Sendable, Codable, Hashable {
  /// The network fails. Half-open: the door does not notice it for a while.
  case outage(seconds: Int, halfOpen: Bool)
  case broker(downSeconds: Int, keepsMemory: Bool)
  case cloudDown(seconds: Int)
  case powerCut(seconds: Int)
  case kill
  case cleanRestart
  case diskFull(seconds: Int)
  case diskError(seconds: Int)
  case slowDisk(milliseconds: Int, seconds: Int)
  /// The disk answers no read.
  case readStall(milliseconds: Int)
  /// The newest `count` unacknowledged events become unreadable.
  case spoiledEvents(count: Int)
  /// Somebody sets the clock by so much.
  case clockStep(seconds: Int, correctedAfterSeconds: Int)
  /// A time source lies by so much.
  case clockLies(bySeconds: Int, forSeconds: Int)
  case clockLosesSource(seconds: Int)
  /// The file of the time zone is gone, or cut short, for a while.
  case zoneGone(seconds: Int)
  case zoneCut(seconds: Int)
  /// The time zone gets the law of another one.
  case zoneLaw(of: String)
  /// The board of all relays and lamps falls off the controller, and comes back with its outputs off.
  case boardGone(seconds: Int)
  /// The program ends, and the credential cache with its configuration is gone.
  case cacheLost
  /// The program ends, and a damaged page takes the small state with it that is kept twice.
  case stateLost
}
