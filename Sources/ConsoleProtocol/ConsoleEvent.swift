/// An event as the console shows it.
public struct ConsoleEvent: Sendable, Hashable, Codable {
  public var number: UInt64
  public var type: String
  public var timeMilliseconds: Int64
  public var simulated: Bool
  public var door: String?
  public var reader: String?
  public var person: String?
  public var credential: String?
  public var reason: String?
  public var detail: [String: String]
  /// The cloud has it.
  public var acknowledged: Bool

  public init(
    number: UInt64, type: String, timeMilliseconds: Int64, simulated: Bool, door: String?,
    reader: String?, person: String?, credential: String?, reason: String?,
    detail: [String: String], acknowledged: Bool
  ) {
    self.number = number
    self.type = type
    self.timeMilliseconds = timeMilliseconds
    self.simulated = simulated
    self.door = door
    self.reader = reader
    self.person = person
    self.credential = credential
    self.reason = reason
    self.detail = detail
    self.acknowledged = acknowledged
  }
}
