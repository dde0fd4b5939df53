/// Where a phone must be to unlock a door.
public struct Geofence: Sendable, Hashable {
  /// Radii and accuracies, in metres.
  public static let metersRange = 0.0...100_000.0

  /// False accepts any position, and none.
  public var enabled: Bool
  public var center: GeoPoint
  public var radiusMeters: Double
  /// Added to the radius, since a phone's position is never exact.
  public var accuracyBufferMeters: Double
  /// A position with a larger uncertainty, or with an unknown one, is refused; nil accepts any.
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
    /// Nil when the position is accepted.
    public var denial: DenialReason?
    /// Nil without a position.
    public var distanceMeters: Double?
  }

  /// Inside when the distance is at most radius plus buffer. Checked in this order: a missing
  /// position, one that is too inaccurate, one that is too far away.
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

  /// True when the whole circle of the position's uncertainty is too far away. A position without an
  /// uncertainty counts as exact.
  func isSurelyOutside(_ location: Presentation.Location?) -> Bool {
    guard enabled, let location,
      let point = GeoPoint(latitude: location.latitude, longitude: location.longitude)
    else { return false }
    let uncertainty = max(location.accuracyMeters ?? 0, 0)
    return center.distanceMeters(to: point) - uncertainty > radiusMeters + accuracyBufferMeters
  }
}
