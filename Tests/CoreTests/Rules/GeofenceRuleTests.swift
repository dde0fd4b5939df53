import DoorRules
import Testing

@Suite("B5: phones at the door")
struct GeofenceRuleTests {
  @Test("a geofence is for phones alone, and its reasons are told with their source")
  func geofence() throws {
    let center = try #require(GeoPoint(latitude: 52.52, longitude: 13.405))
    let fence = Geofence(
      enabled: true, center: center, radiusMeters: 50, requireAccuracyBetterThan: 30)
    func world(_ shown: Presentation) -> RuleWorld {
      RuleWorld {
        $0.facility.settings.geofence = fence
        $0.presentation = shown
      }
    }
    func phone(_ latitude: Double, _ accuracy: Double?) -> Presentation {
      .mobile(.init(latitude: latitude, longitude: 13.405, accuracyMeters: accuracy))
    }
    #expect(world(.card).denial == nil)
    #expect(world(.mobile(nil)).denial == .geofenceLocationMissing)
    #expect(world(phone(52.52, 90)).denial == .geofenceAccuracyTooLow)
    #expect(world(phone(52.53, 5)).denial == .geofenceOutside)
    #expect(world(phone(52.52, 5)).denial == nil)
    #expect(world(phone(52.53, 5)).step("GeofenceRule")?.source == "facility")
  }
}
