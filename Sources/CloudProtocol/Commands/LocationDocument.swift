public import DoorRules

/// A position that a phone reported.
public struct LocationDocument: Sendable, Hashable, Codable {
  /// The largest accuracy that is accepted, in metres: half the circumference of the earth.
  public static let accuracyMetersMax = 20_040_000.0

  /// Degrees north, -90 to 90.
  public var lat: Double
  /// Degrees east, -180 to 180.
  public var lng: Double
  public var accuracyMeters: Double?

  public init(lat: Double, lng: Double, accuracyMeters: Double? = nil) {
    self.lat = lat
    self.lng = lng
    self.accuracyMeters = accuracyMeters
  }
}

extension LocationDocument {
  /// The position; what is wrong is noted below `path`.
  func read(_ reader: inout DocumentReader, _ path: String) -> Presentation.Location {
    reader.number(lat, "\(path).lat", in: -90...90)
    reader.number(lng, "\(path).lng", in: -180...180)
    if let accuracyMeters {
      reader.number(accuracyMeters, "\(path).accuracyMeters", in: 0...Self.accuracyMetersMax)
    }
    return Presentation.Location(latitude: lat, longitude: lng, accuracyMeters: accuracyMeters)
  }
}
