/// What kind of record an event is: who reads it, and what for.
public enum EventCategory: String, CaseIterable, Sendable, Hashable {
  /// A person was let in: it may become a check-in.
  case checkInCandidate
  /// A person should look at it now.
  case alarm
  /// What happened at a door: it answers "who, where, when".
  case evidence
  /// What a person or the cloud ordered, and whether it was done.
  case audit
  /// The state of the controller itself.
  case housekeeping

  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .checkInCandidate: "A person was let in; it may become a check-in."
    case .alarm: "A person should look at it now."
    case .evidence: "What happened at a door."
    case .audit: "What a person or the cloud ordered, and whether it was done."
    case .housekeeping: "The state of the controller itself."
    }
  }
}

/// Who can cause an event, and so how much room it may take in the log.
public enum EventLane: String, CaseIterable, Sendable, Hashable {
  /// People, doors, operators, the cloud with its key, and the controller itself.
  case own
  /// Also somebody who holds the broker and no key, as often as they like. The controller records a
  /// few of these and counts the rest, and they displace no event of the other lane.
  case broker

  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .own: "People, doors, operators, the cloud with its key, or the controller caused it."
    case .broker:
      "Somebody at the broker can cause it without a key: a few are recorded, the rest is counted."
    }
  }
}

/// The colour of an event in a list. The names are those that the page uses.
public enum EventTone: String, Sendable, Hashable {
  case good, bad, plain
}

/// A member of an event that names what it is about.
public enum EventSubject: String, CaseIterable, Sendable, Hashable {
  case door, reader, person, credential
}

/// All that is known about one type of event.
struct EventRow: Sendable {
  let title: String
  let category: EventCategory
  let isUrgent: Bool
  let lane: EventLane
  let subjects: [EventSubject]
  let reason: String?
  let detail: [EventMember]

  init(
    _ title: String, _ category: EventCategory, urgent: Bool = false, lane: EventLane = .own,
    _ subjects: [EventSubject] = [], reason: String? = nil, detail: [EventMember] = []
  ) {
    self.title = title
    self.category = category
    isUrgent = urgent
    self.lane = lane
    self.subjects = subjects
    self.reason = reason
    self.detail = detail
  }
}
