/// A dry run: would a phone at this position be near enough to that door?
public struct GeofenceTrial: Sendable, Hashable, Codable {
  public var door: String
  /// Nil is a phone that reports no position.
  public var location: ExplainRequest.Location?

  public init(door: String, location: ExplainRequest.Location?) {
    self.door = door
    self.location = location
  }
}

/// The geofence in force at a door, and the result of the dry run.
public struct GeofenceResult: Sendable, Hashable, Codable {
  public var enabled: Bool
  public var center: ExplainRequest.Location
  public var radiusMeters: Double
  public var accuracyBufferMeters: Double
  public var requireAccuracyBetterThan: Double?
  /// Where the setting came from, such as `facility`.
  public var source: String
  public var passed: Bool
  /// The denial reason.
  public var reason: String?
  public var distanceMeters: Double?

  public init(
    enabled: Bool, center: ExplainRequest.Location, radiusMeters: Double,
    accuracyBufferMeters: Double, requireAccuracyBetterThan: Double?, source: String,
    passed: Bool, reason: String?, distanceMeters: Double?
  ) {
    self.enabled = enabled
    self.center = center
    self.radiusMeters = radiusMeters
    self.accuracyBufferMeters = accuracyBufferMeters
    self.requireAccuracyBetterThan = requireAccuracyBetterThan
    self.source = source
    self.passed = passed
    self.reason = reason
    self.distanceMeters = distanceMeters
  }
}
