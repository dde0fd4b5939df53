import DoorRules

/// Whether a reader is there, and what it says of itself, as it was told last.
struct ReaderPresence: Sendable {
  /// What was told of it last.
  enum Told: Sendable, Hashable {
    case nothing
    case served
    case gone(ReaderAbsence)
  }

  /// When it was heard and believed last, or when the line began.
  var heardAt: MonotonicInstant
  private(set) var told = Told.nothing
  /// It answered, but with this fault; it counts instead of silence.
  var doubt: ReaderAbsence?
  /// What it said last in place of an answer; it counts once the reader was away for long.
  var excuse: ReaderAbsence?
  private var isTampered = false
  private var hasPowerFailure = false

  init(since now: MonotonicInstant) { heardAt = now }

  mutating func secured() -> [ReaderNews] {
    doubt = nil
    excuse = nil
    guard told != .served else { return [] }
    told = .served
    return [.secured]
  }

  mutating func gone(_ reason: ReaderAbsence) -> [ReaderNews] {
    guard told != .gone(reason) else { return [] }
    told = .gone(reason)
    return [.offline(reason)]
  }

  /// It was not heard for long.
  mutating func lasting(_ doubt: ReaderAbsence?) -> [ReaderNews] {
    gone(doubt ?? excuse ?? .silent)
  }

  mutating func status(isTampered: Bool, hasPowerFailure: Bool) -> [ReaderNews] {
    var news: [ReaderNews] = []
    if isTampered != self.isTampered { news.append(.tamper(isTampered)) }
    if hasPowerFailure != self.hasPowerFailure { news.append(.powerFailure(hasPowerFailure)) }
    self.isTampered = isTampered
    self.hasPowerFailure = hasPowerFailure
    return news
  }
}
