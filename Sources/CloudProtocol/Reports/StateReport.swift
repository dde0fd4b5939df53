/// The retained state of a controller. As the last will it has `online` false.
public struct StateReport: Sendable, Hashable, Codable {
  public var controller: String
  public var online: Bool
  public var simulated: Bool
  public var doors: [DoorState]
  /// The connection that this belongs to, as in its ``Hello``: a last will of another connection
  /// says nothing about the present one.
  public var sessionNonce: String?

  /// The state of one door.
  public struct DoorState: Sendable, Hashable, Codable {
    public var id: String
    /// `secured` or `released`.
    public var lock: String
    /// Nil without a contact.
    public var open: Bool?
    /// The mode in force, by its name; nil is normal.
    public var mode: String?

    public init(id: String, lock: String, open: Bool?, mode: String? = nil) {
      self.id = id
      self.lock = lock
      self.open = open
      self.mode = mode
    }
  }

  public init(
    controller: String, online: Bool, simulated: Bool, doors: [DoorState],
    sessionNonce: String? = nil
  ) {
    self.controller = controller
    self.online = online
    self.simulated = simulated
    self.doors = doors
    self.sessionNonce = sessionNonce
  }
}
