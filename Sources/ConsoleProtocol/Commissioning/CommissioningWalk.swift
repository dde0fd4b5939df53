public import CloudProtocol
public import DoorRules

/// Walks a technician through a door's steps: it says what to do, asks what was seen, and compares
/// that with what the controller saw. A value without a terminal or a clock: it takes what happened
/// and returns what is wanted next.
///
/// It never leaves a door in another state. It orders one release, which ends by itself, and no mode:
/// whoever walks away, or loses the connection, leaves the door as its mode wants it.
public struct CommissioningWalk: Sendable {
  /// How often a question is asked again that was not answered.
  public static let triesMax = 3

  /// What is wanted next; exactly one at a time, with texts before it.
  public enum Wish: Sendable, Hashable {
    case say(String)
    /// Ask this and give the answer; nil is a technician who is gone.
    case ask(String)
    /// Look at the door, and at its events since the last look.
    case look
    /// Release the lock for its hold time.
    case release
    /// File this; the walk is over.
    case file(CommissioningReport)
  }

  /// What happened.
  public enum Input: Sendable, Hashable {
    case begin
    case answered(String?)
    case looked(CommissioningLook)
    /// The relay moved for so long; nil with the reason when it did not.
    case released(seconds: Int?, why: String)
  }

  /// What the walk waits for.
  private enum Waiting: Hashable {
    case nothing
    /// The first look at a step.
    case before
    /// The technician is ready for the release.
    case ready
    case release
    case question
    /// The second question of a step.
    case second
    /// The look that shows what the controller saw.
    case after
  }

  private let door: String
  private let by: String
  private let wiring: LockWiring
  private var left = CommissioningStep.allCases[...]
  private var waiting = Waiting.nothing
  private var tries = 0
  /// The answers of the present step.
  private var answers: [Answer] = []
  /// How long the release of the present step lasts.
  private var holdSeconds = 0
  private var findings: [CommissioningReport.Finding] = []

  private struct Answer: Hashable {
    var isYes: Bool
    var note: String
  }

  public init(door: String, by: String, failSafe: Bool) {
    self.door = door
    self.by = by
    wiring = LockWiring(failSafe: failSafe)
  }

  /// Takes what happened; what is wanted next comes last.
  public mutating func take(_ input: Input) -> [Wish] {
    switch (input, waiting) {
    case (.begin, .nothing): return begin()
    case (.looked(let look), .before): return ask(look)
    case (.looked(let look), .after): return judge(look)
    case (.answered(nil), _): return abandon()
    case (.answered(let text?), .ready): return ready(text)
    case (.answered(let text?), .question), (.answered(let text?), .second):
      return answered(text)
    case (.released(let seconds, let why), .release): return released(seconds, why)
    case (.begin, _), (.looked, _), (.answered, _), (.released, _): return []
    }
  }

  // MARK: One step after the other

  private mutating func begin() -> [Wish] {
    guard let step = left.first else {
      waiting = .nothing
      return [.file(CommissioningReport(door: door, by: by, findings: findings))]
    }
    waiting = .before
    tries = 0
    answers = []
    let number = CommissioningStep.allCases.count - left.count + 1
    return [
      .say("\n\(number) of \(CommissioningStep.allCases.count). \(step.title)"), .look,
    ]
  }

  private mutating func finish(_ result: CommissioningResult, _ note: String) -> [Wish] {
    guard let step = left.popFirst() else { return [] }
    let clean = note.map { OpaqueText.isPlain(String($0)) ? $0 : " " }
    let note = String(clean.prefix(CommissioningReport.noteCharactersMax))
    findings.append(.init(step, result, note: note))
    return [.say("   -> \(result.words)\(note.isEmpty ? "" : ": \(note)")")] + begin()
  }

  /// The technician is gone: what is left was not done.
  private mutating func abandon() -> [Wish] {
    findings += left.map { .init($0, .notDone) }
    left = []
    return begin()
  }

  // MARK: Questions

  private mutating func ask(_ look: CommissioningLook) -> [Wish] {
    guard let step = left.first else { return begin() }
    let isHeldOpen = !look.isSecured
    switch step {
    case .locked where isHeldOpen, .free where isHeldOpen:
      return finish(.notDone, "the lock is released now, mode \(look.mode)")
    case .contact where look.isOpen == nil, .reader where !look.hasReader:
      return finish(.notThere, "")
    case .free:
      waiting = .ready
      return [
        .ask(
          "The lock will be released for everybody in front of it, for its hold time. "
            + "Are you at the leaf? [yes, skip]")
      ]
    case .locked, .exit, .contact, .reader, .noPower:
      waiting = .question
      return [.ask(question(step))]
    }
  }

  private func question(_ step: CommissioningStep) -> String {
    switch step {
    case .locked: "Shut the leaf and pull at it from outside. Did it stay shut? [yes, no, skip]"
    case .free: "Pull at the leaf. Did it open? [yes, no, skip]"
    case .exit: "From inside, use the exit button or the handle. Did the leaf open? [yes, no, skip]"
    case .contact: "Open the leaf, and shut it again. Did you do both? [yes, no, skip]"
    case .reader:
      "Present a card at the reader. Did the reader itself react, by lamp or beep? [yes, no, skip]"
    case .noPower:
      "Switch off the supply of the lock, and only that. Shut the leaf and pull at it from outside. "
        + "Is the door free? [yes, no, skip]"
    }
  }

  private mutating func ready(_ text: String) -> [Wish] {
    if Self.word(of: text).map({ ["s", "skip", "n", "no"].contains($0) }) == true {
      return finish(.notDone, Self.note(in: text))
    }
    guard parse(text) != nil else { return again("Answer yes or skip.") }
    tries = 0
    waiting = .release
    return [.release]
  }

  private mutating func released(_ seconds: Int?, _ why: String) -> [Wish] {
    guard let seconds else { return finish(.notAsExpected, "the relay did not move: \(why)") }
    holdSeconds = seconds
    waiting = .question
    return [.say("   The lock is released for \(seconds) s."), .ask(question(.free))]
  }

  private mutating func answered(_ text: String) -> [Wish] {
    let step = left.first
    let restore: [Wish] = step == .noPower ? [.say("   Switch that supply on again.")] : []
    if Self.word(of: text).map({ ["s", "skip"].contains($0) }) == true {
      return restore + finish(.notDone, Self.note(in: text))
    }
    guard let given = parse(text) else {
      return again("Answer yes, no or skip; a note may follow.")
    }
    tries = 0
    answers.append(given)
    if waiting == .question, let second = step.flatMap(secondQuestion) {
      waiting = .second
      return [.ask(second)]
    }
    waiting = .after
    return restore + [.look]
  }

  /// Nil for a step with one question.
  private func secondQuestion(_ step: CommissioningStep) -> String? {
    switch step {
    case .free:
      "Shut the leaf, wait until \(holdSeconds) s are over, and pull again. Is it locked? [yes, no, skip]"
    case .noPower:
      "Still without that supply: can somebody who is inside leave? [yes, no, skip]"
    case .locked, .exit, .contact, .reader: nil
    }
  }

  private mutating func again(_ help: String) -> [Wish] {
    tries += 1
    guard tries < Self.triesMax else { return finish(.notDone, "not answered") }
    return [.ask(help)]
  }

  private func parse(_ text: String) -> Answer? {
    switch Self.word(of: text) {
    case "y", "yes": Answer(isYes: true, note: Self.note(in: text))
    case "n", "no": Answer(isYes: false, note: Self.note(in: text))
    default: nil
    }
  }

  private static func word(of text: String) -> String? {
    text.split(separator: " ").first.map { $0.prefix(while: \.isLetter).lowercased() }
  }

  /// What stands after the first word.
  private static func note(in text: String) -> String {
    let words = text.split(separator: " ", maxSplits: 1)
    return words.count == 2 ? String(words[1]) : ""
  }

  // MARK: What was seen

  private mutating func judge(_ look: CommissioningLook) -> [Wish] {
    guard let step = left.first, let first = answers.first, let last = answers.last else {
      return begin()
    }
    var faults: [String] = []
    switch step {
    case .locked:
      if !first.isYes { faults.append("it did not stay shut") }
      if look.isRelayActive != wiring.isRelayActive(released: false) {
        faults.append("the relay is not as it should be while the door is secured")
      }
    case .free:
      if !first.isYes { faults.append("it did not open; is the lock wired to NO?") }
      if !last.isYes { faults.append("it was not locked again") }
    case .exit:
      if !first.isYes { faults.append("it did not open from inside") }
      if look.needsExitRequest, !look.events.contains(.doorExitRequested) {
        faults.append("the controller saw no request to exit")
      }
    case .contact:
      if !first.isYes { faults.append("the leaf was not moved") }
      if !look.events.contains(.doorOpened) { faults.append("the controller saw no leaf open") }
      if !look.events.contains(.doorClosed) { faults.append("the controller saw no leaf shut") }
    case .reader:
      if !first.isYes { faults.append("the reader did not react") }
      let heard: Set<EventType> = [.accessGranted, .accessDenied]
      if heard.isDisjoint(with: look.events) {
        faults.append(
          look.events.contains(.readerMalformed)
            ? "the controller got a damaged frame" : "the controller heard no card")
      }
    case .noPower:
      if first.isYes != wiring.isFree(in: .lockWithoutPower) {
        faults.append(
          first.isYes
            ? "free without power, but the settings say failSafe: false"
            : "locked without power, but the settings say failSafe: true")
      }
      if !last.isYes { faults.append("nobody can leave without power") }
    }
    let texts = (answers.map(\.note) + faults).filter { !$0.isEmpty }
    return finish(faults.isEmpty ? .asExpected : .notAsExpected, texts.joined(separator: "; "))
  }
}

/// The door as the controller sees it.
public struct CommissioningLook: Sendable, Hashable {
  /// The lock is to be secured now.
  public var isSecured: Bool
  public var mode: String
  /// Nil without a contact.
  public var isOpen: Bool?
  /// Nil when the line is not there.
  public var isRelayActive: Bool?
  /// Leaving needs the exit input.
  public var needsExitRequest: Bool
  public var hasReader: Bool
  /// The events of this door since the last look.
  public var events: Set<EventType>

  public init(
    isSecured: Bool, mode: String, isOpen: Bool?, isRelayActive: Bool?, needsExitRequest: Bool,
    hasReader: Bool, events: Set<EventType>
  ) {
    self.isSecured = isSecured
    self.mode = mode
    self.isOpen = isOpen
    self.isRelayActive = isRelayActive
    self.needsExitRequest = needsExitRequest
    self.hasReader = hasReader
    self.events = events
  }
}

extension CommissioningResult {
  /// For people.
  public var words: String {
    switch self {
    case .asExpected: "as it should be"
    case .notAsExpected: "NOT as it should be"
    case .notThere: "the door has none"
    case .notDone: "not done"
    }
  }
}
