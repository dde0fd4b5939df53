import ArgumentParser
import CloudProtocol
import DoorRules

struct GeofenceDryRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "geofence",
    abstract: "Check whether a phone is inside a geofence.",
    discussion: #"""
      In:  {"id":1,"geofence":{
             "enabled":true,"center":{"lat":52.52,"lng":13.405},
             "radiusMeters":100,"accuracyBufferMeters":20,
             "requireAccuracyBetterThan":50},
           "lat":52.5201,"lng":13.4051,"accuracyMeters":12}
      Out: {"id":1,"pass":true,"reason":null,"distanceMeters":13.0}

      Each on one line. Without "lat" and "lng" the phone sent no position.
      """#)

  func run() throws { try LineRun.run { Answerer() } }

  struct Question: LineQuestion {
    var id: LineID?
    var geofence: GeofenceDocument
    var lat: Double?
    var lng: Double?
    var accuracyMeters: Double?
  }

  struct Answer: LineAnswer {
    let denial: DenialReason?
    let distanceMeters: Double?

    func write(to json: inout JSONText) {
      json.member("pass", denial == nil)
      json.nullable("reason", denial?.rawValue)
      json.nullable("distanceMeters", distanceMeters)
    }
  }

  struct Answerer: LineAnswerer {
    func answer(_ question: Question) throws(DryRunError) -> Answer {
      let fence: Geofence
      do { fence = try question.geofence.validated() } catch {
        throw DryRunError(error.problems.map(\.description).joined(separator: "; "))
      }
      let answer = fence.check(try location(question))
      return Answer(denial: answer.denial, distanceMeters: answer.distanceMeters)
    }

    private func location(_ question: Question) throws(DryRunError) -> Presentation.Location? {
      guard let lat = question.lat, let lng = question.lng else { return nil }
      guard GeoPoint(latitude: lat, longitude: lng) != nil else {
        throw DryRunError(
          "lat, lng: \(lat), \(lng) is not a position: -90 to 90 and -180 to 180 degrees")
      }
      return Presentation.Location(
        latitude: lat, longitude: lng, accuracyMeters: question.accuracyMeters)
    }
  }
}
