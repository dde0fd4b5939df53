/// What somebody presented at a door.
public enum Presentation: Sendable, Hashable {
  /// A card, known only by its digests.
  case card
  /// A PIN typed at the keypad.
  case pin
  /// A card, then a PIN.
  case cardThenPIN
  /// A phone, by way of the cloud.
  case mobile(Location?)

  /// A position as the phone reported it.
  public struct Location: Sendable, Hashable {
    /// Degrees north, -90 to 90.
    public var latitude: Double
    /// Degrees east, -180 to 180.
    public var longitude: Double
    /// Radius of the position's uncertainty; nil when the phone did not report it.
    public var accuracyMeters: Double?

    public init(latitude: Double, longitude: Double, accuracyMeters: Double?) {
      self.latitude = latitude
      self.longitude = longitude
      self.accuracyMeters = accuracyMeters
    }
  }
}

/// What a door requires people to present.
public enum PresentationMode: String, Sendable, Hashable, CaseIterable {
  case cardOnly
  case pinOnly
  case cardOrPIN
  case cardThenPIN
}
