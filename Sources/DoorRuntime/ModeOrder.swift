public import CloudProtocol
public import DoorRules

/// What somebody orders of a door for a while.
public struct ModeOrder: Sendable, Hashable {
  /// Nil is every door.
  public var door: DoorID?
  public var change: ModeWord
  public var by: String
  public var reason: String
  /// How long; nil until it is ended.
  public var seconds: Int64?

  public init(door: DoorID?, change: ModeWord, by: String, reason: String, seconds: Int64? = nil) {
    self.door = door
    self.change = change
    self.by = by
    self.reason = reason
    self.seconds = seconds
  }
}
