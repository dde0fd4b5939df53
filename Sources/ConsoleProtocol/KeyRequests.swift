/// Names one offline PIN by its door and window, never by its digits.
public struct OfflinePINRequest: Sendable, Hashable, Codable {
  public var door: String
  /// Hours since 1970-01-01T00Z.
  public var startHour: Int64
  public var hours: Int
  public var serial: Int
  public var by: String

  public init(door: String, startHour: Int64, hours: Int, serial: Int, by: String) {
    self.door = door
    self.startHour = startHour
    self.hours = hours
    self.serial = serial
    self.by = by
  }
}
