/// Where a phone must be to unlock a door.
public struct Geofence: Sendable, Hashable {
  /// Radii and accuracies, in metres.
  public static let metersRange = 0.0...100_000.0

  public var enabled: Bool
  public var center: GeoPoint
  public var radiusMeters: Double
  /// Added to the radius, since no phone knows exactly where it is.
  public var accuracyBufferMeters: Double
  /// A position that may be farther off than this is refused, and one that does not say; nil
  /// takes any.
  public var requireAccuracyBetterThan: Double?

  public init(
    enabled: Bool, center: GeoPoint, radiusMeters: Double, accuracyBufferMeters: Double = 0,
    requireAccuracyBetterThan: Double? = nil
  ) {
    self.enabled = enabled
    self.center = center
    self.radiusMeters = radiusMeters
    self.accuracyBufferMeters = accuracyBufferMeters
    self.requireAccuracyBetterThan = requireAccuracyBetterThan
  }

  /// The answer for one position.
  public struct Answer: Sendable, Hashable {
    /// Nil lets pass.
    public var denial: DenialReason?
    /// Nil without a position.
    public var distanceMeters: Double?
  }

  /// Inside when the distance is at most the radius and the buffer together. A missing position
  /// is refused before a too inaccurate one, that before a distant one.
  public func check(_ location: Presentation.Location?) -> Answer {
    guard let location,
      let point = GeoPoint(latitude: location.latitude, longitude: location.longitude)
    else {
      return Answer(denial: enabled ? .geofenceLocationMissing : nil, distanceMeters: nil)
    }
    let distance = center.distanceMeters(to: point)
    guard enabled else { return Answer(denial: nil, distanceMeters: distance) }
    if let limit = requireAccuracyBetterThan {
      guard let accuracy = location.accuracyMeters, (0...limit).contains(accuracy) else {
        return Answer(denial: .geofenceAccuracyTooLow, distanceMeters: distance)
      }
    }
    let isInside = distance <= radiusMeters + accuracyBufferMeters
    return Answer(denial: isInside ? nil : .geofenceOutside, distanceMeters: distance)
  }
}
