public import DoorRules

/// How a time that is heard stands to what the door knows.
public enum ClockState: String, Sendable, Hashable, CaseIterable {
  // The door has a time of its own, vouched for since the power returned.
  case steady, corrected, disputed, jumpedAhead, jumpedBack, contradicted
  // The power was off: the door has the latest time that an earlier run knew.
  case resumed, resumedBehind, resumedFar
  // The door has nothing.
  case firstStart, firstStartFar
  // Whatever it has.
  case beforeBuild
}

/// What the door makes of a time that is heard.
public enum ClockAnswer: String, Sendable, Hashable, CaseIterable {
  /// It becomes the door's own time.
  case take
  /// It becomes the door's own time once it was held for ``ClockLimits/heldSeconds``.
  case takeOnceHeld
  /// The door goes on as before, and nothing is lifted.
  case goOn
}

/// One row of the table: a state, and the answer to each source.
public struct ClockRow: Sendable, Hashable {
  /// The state in words.
  public let meaning: String
  /// What the door serves by while it goes on.
  public let meanwhile: ClockMeanwhile
  private let none: ClockAnswer
  private let battery: ClockAnswer
  private let timeServer: ClockAnswer
  /// The cloud and the technician: who speaks for the time itself.
  private let word: ClockAnswer

  init(
    _ meaning: String, _ meanwhile: ClockMeanwhile, none: ClockAnswer = .goOn,
    battery: ClockAnswer = .goOn, timeServer: ClockAnswer, word: ClockAnswer = .take
  ) {
    self.meaning = meaning
    self.meanwhile = meanwhile
    self.none = none
    self.battery = battery
    self.timeServer = timeServer
    self.word = word
  }

  /// The answer to a source.
  public func answer(to source: ClockSource) -> ClockAnswer {
    switch source {
    case .none: none
    case .battery: battery
    case .timeServer: timeServer
    case .cloud, .technician: word
    }
  }
}

/// What the door serves by while it does not take a time.
public enum ClockMeanwhile: String, Sendable, Hashable {
  /// Its own time, trusted: `holdover`.
  case ownTime = "holdover, by its own time"
  /// The latest time known, and the time since the start: `doubtful`.
  case earliest = "doubtful, from the latest time known"
  /// Nothing: `unknown`.
  case nothing = "unknown"
  /// One of these three.
  case asBefore = "as before"
}

extension ClockState {
  /// The one rule for when the clock is believed.
  public var row: ClockRow {
    switch self {
    case .steady: ClockRow("within 2 s of the door's own time", .ownTime, timeServer: .take)
    case .corrected: ClockRow("within an hour of it", .ownTime, timeServer: .take)
    case .disputed:
      ClockRow(
        "within an hour of it, but over a minute from what the cloud said in the last day",
        .ownTime, timeServer: .goOn)
    case .jumpedAhead: ClockRow("further ahead", .ownTime, timeServer: .takeOnceHeld)
    case .jumpedBack: ClockRow("further back", .ownTime, timeServer: .takeOnceHeld)
    case .contradicted:
      ClockRow("over an hour from what the cloud has vouched for", .ownTime, timeServer: .goOn)
    case .resumed:
      ClockRow(
        "after the latest time known, at most a year", .earliest, battery: .take,
        timeServer: .take)
    case .resumedBehind: ClockRow("before the latest time known", .earliest, timeServer: .take)
    case .resumedFar:
      ClockRow("over a year after the latest time known", .earliest, timeServer: .takeOnceHeld)
    case .firstStart:
      ClockRow("no time is known yet", .nothing, battery: .take, timeServer: .take)
    case .firstStartFar:
      ClockRow("none is known, and over 30 years after 2026", .nothing, timeServer: .takeOnceHeld)
    case .beforeBuild:
      ClockRow("before 2026", .asBefore, timeServer: .goOn, word: .goOn)
    }
  }
}
