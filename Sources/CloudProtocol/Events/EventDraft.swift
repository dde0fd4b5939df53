/// An event before the log numbers it. It holds no card number and no PIN.
public struct EventDraft: Sendable, Hashable, Codable {
  /// Unique; a UUID in text form. The CloudEvents `id`.
  public var id: String
  /// CloudEvents `type`: a wire name of ``EventType``, or one that only a newer version knows.
  public var type: String
  /// Wall clock when it happened, milliseconds since 1970.
  public var timeMilliseconds: Int64
  public var clockTrust: String
  /// True when the hardware did not exist.
  public var simulated: Bool
  public var door: String?
  public var reader: String?
  public var person: String?
  public var credential: String?
  /// A name of ``DoorRules/DenialReason`` or of the event's own list.
  public var reason: String?
  /// True for granted entries only, never for a denied or failed attempt.
  public var checkInCandidate: Bool
  /// All other members, by name; the values are safe to show.
  public var detail: [String: String]

  /// True for events that overtake the backlog, by ``EventType/isUrgent``.
  public var isUrgent: Bool { EventType.urgentWireNames.contains(type) }

  /// Of a type that only a newer version knows it is ``EventLane/own``.
  public var lane: EventLane { EventType(rawValue: type)?.lane ?? .own }

  public init(
    id: String, type: String, timeMilliseconds: Int64, clockTrust: String, simulated: Bool,
    door: String? = nil, reader: String? = nil, person: String? = nil, credential: String? = nil,
    reason: String? = nil, checkInCandidate: Bool = false, detail: [String: String] = [:]
  ) {
    self.id = id
    self.type = type
    self.timeMilliseconds = timeMilliseconds
    self.clockTrust = clockTrust
    self.simulated = simulated
    self.door = door
    self.reader = reader
    self.person = person
    self.credential = credential
    self.reason = reason
    self.checkInCandidate = checkInCandidate
    self.detail = detail
  }
}
