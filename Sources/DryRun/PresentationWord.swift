import CloudProtocol
import DoorRules

/// The `presentation` of a line.
struct PresentationWord {
  let presentation: Presentation
  /// The kind of credential that is presented in this way.
  let kind: Credential.Kind

  init(_ text: String, location: LocationDocument?) throws(DryRunError) {
    switch text {
    case "card": (presentation, kind) = (.card, .card)
    case "pin": (presentation, kind) = (.pin, .pin)
    case "cardThenPIN": (presentation, kind) = (.cardThenPIN, .card)
    case "mobile":
      let place = location.map {
        Presentation.Location(
          latitude: $0.lat, longitude: $0.lng, accuracyMeters: $0.accuracyMeters)
      }
      (presentation, kind) = (.mobile(place), .mobile)
    default:
      throw DryRunError("presentation: is none of card, pin, cardThenPIN, mobile")
    }
  }
}
