import CoreModels
import Foundation
import Testing

@testable import DoorRules

@Suite("B5: geofence")
struct GeofenceTests {
  private func point(_ latitude: Double, _ longitude: Double) throws -> GeoPoint {
    try #require(GeoPoint(latitude: latitude, longitude: longitude))
  }

  private func fence(
    _ radius: Double, buffer: Double = 0, accuracy: Double? = nil, enabled: Bool = true
  ) throws -> Geofence {
    Geofence(
      enabled: enabled, center: try point(52.52, 13.405), radiusMeters: radius,
      accuracyBufferMeters: buffer, requireAccuracyBetterThan: accuracy)
  }

  private func here(accuracy: Double? = 5) -> Presentation.Location {
    Presentation.Location(latitude: 52.521, longitude: 13.405, accuracyMeters: accuracy)
  }

  @Test("distances are those of the C library's haversine, poles and antipodes included")
  func distances() {
    var random = Xorshift(seed: 5)
    func reference(_ a: GeoPoint, _ b: GeoPoint) -> Double {
      let toRadians = Double.pi / 180
      let north = sin((b.latitude - a.latitude) * toRadians / 2)
      let east = sin((b.longitude - a.longitude) * toRadians / 2)
      let square =
        north * north + cos(a.latitude * toRadians) * cos(b.latitude * toRadians) * east * east
      return 2 * GeoPoint.earthRadiusMeters * asin(min(square, 1).squareRoot())
    }
    var worst = 0.0
    for index in 0..<100_000 {
      func any(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }
      var latitude = any(-90...90)
      var longitude = any(-180...180)
      let from = GeoPoint(latitude: latitude, longitude: longitude)
      switch index % 4 {
      case 0: (latitude, longitude) = (any(-90...90), any(-180...180))
      case 1:
        latitude = min(90, latitude + any(-0.001...0.001))
        longitude = longitude + any(-0.001...0.001)
      case 2: latitude = index % 8 == 2 ? 90 : -90
      default: longitude = longitude > 0 ? -180 : 180
      }
      guard let from, let to = GeoPoint(latitude: latitude, longitude: longitude) else { continue }
      let expected = reference(from, to)
      // Near the antipode the reference is only exact to a millimetre in 20,000 km.
      if expected < 19_900_000 {
        worst = max(worst, abs(from.distanceMeters(to: to) - expected) / max(expected, 1))
      }
    }
    #expect(worst < 1e-8, "\(worst)")
  }

  @Test("sine, cosine and arcsine are those of the C library to the last digits")
  func angles() {
    var worst = 0.0
    for step in -1_440...1_440 {
      let degrees = Double(step) / 4
      worst = max(worst, abs(Angle.sine(degrees: degrees) - sin(degrees * .pi / 180)))
    }
    // Beyond one turn the reference is limited by the rounding of its radians.
    #expect(worst < 2e-15, "\(worst)")
    worst = 0
    for step in -360...360 {
      let degrees = Double(step) / 4
      worst = max(worst, abs(Angle.cosine(degrees: degrees) - cos(degrees * .pi / 180)))
    }
    #expect(worst < 1e-15, "\(worst)")
    worst = 0
    for step in 0...1_000 {
      let value = Double(step) / 1_000
      worst = max(worst, abs(Angle.arcsine(value) - asin(value)))
    }
    #expect(worst < 1e-15, "\(worst)")
    #expect([-180, -90, 0, 90, 180, 270].map(Angle.sine) == [0, -1, 0, 1, 0, -1])
  }

  @Test("known distances: a degree, a quarter, half the earth, across the antimeridian")
  func known() throws {
    let radius = GeoPoint.earthRadiusMeters
    let near = 1e-6
    let origin = try point(0, 0)
    #expect(abs(origin.distanceMeters(to: try point(0, 1)) - radius * .pi / 180) < near)
    #expect(abs(origin.distanceMeters(to: try point(90, 77)) - radius * .pi / 2) < near)
    #expect(abs(origin.distanceMeters(to: try point(0, 180)) - radius * .pi) < near)
    #expect(abs(try point(90, 0).distanceMeters(to: try point(-90, 5)) - radius * .pi) < near)
    #expect(try point(90, 10).distanceMeters(to: try point(90, -170)) < 0.001)
    let across = try point(10, 179.9995).distanceMeters(to: try point(10, -179.9995))
    let within = try point(10, 20).distanceMeters(to: try point(10, 20.001))
    #expect(abs(across - within) < 0.001)
    #expect(origin.distanceMeters(to: origin) == 0)
    let berlinParis = try point(52.52, 13.405).distanceMeters(to: try point(48.8566, 2.3522))
    #expect(abs(berlinParis - 877_460) < 500, "\(berlinParis)")
  }

  @Test("inside is up to and with radius and buffer together")
  func boundary() throws {
    let distance = try #require(try fence(0).check(here()).distanceMeters)
    #expect(try fence(distance).check(here()).denial == nil)
    #expect(try fence(distance.nextDown).check(here()).denial == .geofenceOutside)
    #expect(try fence(distance - 20, buffer: 20.000001).check(here()).denial == nil)
    #expect(try fence(distance - 20, buffer: 19.999999).check(here()).denial == .geofenceOutside)
  }

  @Test("a missing position, and one that is too inaccurate or does not say, have their reasons")
  func reasons() throws {
    let strict = try fence(1_000, accuracy: 50)
    #expect(strict.check(nil).denial == .geofenceLocationMissing)
    #expect(strict.check(here(accuracy: nil)).denial == .geofenceAccuracyTooLow)
    #expect(strict.check(here(accuracy: 50.1)).denial == .geofenceAccuracyTooLow)
    #expect(strict.check(here(accuracy: .nan)).denial == .geofenceAccuracyTooLow)
    #expect(strict.check(here(accuracy: -1)).denial == .geofenceAccuracyTooLow)
    #expect(strict.check(here(accuracy: 50)).denial == nil)
    #expect(try fence(1_000).check(here(accuracy: nil)).denial == nil)
    // Too far and too inaccurate: the accuracy comes first, since the distance means little.
    #expect(
      try fence(1, accuracy: 50).check(here(accuracy: 99)).denial == .geofenceAccuracyTooLow)
  }

  @Test("a fence that is off lets everybody pass, and a place that is none is no position")
  func off() throws {
    #expect(try fence(0, enabled: false).check(nil).denial == nil)
    #expect(try fence(0, enabled: false).check(here()).denial == nil)
    let nowhere = Presentation.Location(latitude: 91, longitude: 0, accuracyMeters: 1)
    #expect(try fence(1_000).check(nowhere).denial == .geofenceLocationMissing)
    #expect(GeoPoint(latitude: .nan, longitude: 0) == nil)
  }
}
