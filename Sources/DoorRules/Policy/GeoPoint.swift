/// A point on the earth, in degrees.
public struct GeoPoint: Sendable, Hashable {
  /// Mean radius of the WGS84 ellipsoid, (2a + b) / 3, in metres.
  public static let earthRadiusMeters = 6_371_008.771415

  /// Degrees north, -90 to 90.
  public let latitude: Double
  /// Degrees east, -180 to 180.
  public let longitude: Double

  /// Nil outside the ranges, and for a value that is not a number.
  public init?(latitude: Double, longitude: Double) {
    guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
    self.latitude = latitude
    self.longitude = longitude
  }

  /// Great-circle distance on the mean sphere, by the haversine formula, which is exact for near
  /// points; for far points it is applied to the antipode. Correct at the poles and across the
  /// antimeridian, since it uses only sines of differences.
  public func distanceMeters(to other: GeoPoint) -> Double {
    let square = haversine(to: other)
    let half =
      square <= 0.5
      ? Angle.arcsine(square.squareRoot())
      : Double.pi / 2 - Angle.arcsine(antipode.haversine(to: other).squareRoot())
    return 2 * Self.earthRadiusMeters * half
  }

  /// Its longitude may lie beyond 180, which the sine of half a difference does not mind.
  private var antipode: GeoPoint {
    GeoPoint(uncheckedLatitude: -latitude, longitude: longitude + 180)
  }

  private init(uncheckedLatitude latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }

  /// sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2); not below 0, since no cosine of a latitude is.
  private func haversine(to other: GeoPoint) -> Double {
    let north = Angle.sine(degrees: (other.latitude - latitude) / 2)
    let east = Angle.sine(degrees: (other.longitude - longitude) / 2)
    let cosines = Angle.cosine(degrees: latitude) * Angle.cosine(degrees: other.latitude)
    return north * north + cosines * east * east
  }
}

/// The functions that the standard library leaves to the C library, to the last digit or two of
/// a `Double`; the rules import nothing.
enum Angle {
  /// For -360 to 360 degrees.
  static func sine(degrees: Double) -> Double {
    // Brought to -45...45 degrees from a quarter turn, exactly, before radians round it.
    let quarter = (degrees / 90).rounded()
    let rest = (degrees - quarter * 90) * .pi / 180
    let turns = Int(quarter)
    let value = turns & 1 == 0 ? sineSeries(rest) : cosineSeries(rest)
    return turns & 2 == 0 ? value : -value
  }

  static func cosine(degrees: Double) -> Double { sine(degrees: degrees + 90) }

  /// Radians, for 0 to 1.
  static func arcsine(_ value: Double) -> Double {
    // asin x = π/2 - 2 asin √((1 - x) / 2)
    guard value <= 0.5 else { return .pi / 2 - 2 * arcsine(((1 - value) / 2).squareRoot()) }
    // Σ (2k)! / (4^k k!² (2k + 1)) x^(2k + 1); at 0.5 every term is a quarter of the one before.
    var sum = value
    var power = value
    for k in 1...30 {
      let k = Double(k)
      power *= value * value * (2 * k - 1) / (2 * k)
      sum += power / (2 * k + 1)
    }
    return sum
  }

  /// Taylor's, for -π/4 to π/4.
  private static func sineSeries(_ x: Double) -> Double {
    var sum = 0.0
    var term = x
    for k in stride(from: 1.0, through: 19, by: 2) {
      sum += term
      term *= -x * x / ((k + 1) * (k + 2))
    }
    return sum
  }

  private static func cosineSeries(_ x: Double) -> Double {
    var sum = 0.0
    var term = 1.0
    for k in stride(from: 0.0, through: 18, by: 2) {
      sum += term
      term *= -x * x / ((k + 1) * (k + 2))
    }
    return sum
  }
}
