import CloudProtocol
import DoorRules
import Foundation

/// A credential as a platform ordered it: one value, for doors at any number of controllers.
struct CredentialDocument: PlatformDocument {
  static let kind = DocumentKind.credential

  var id: String
  /// `card` or `pin`.
  var credentialKind: String
  var person: String
  /// The reservation that it belongs to; nil for one that a platform manages itself.
  var reservation: String?
  var tenant: String?
  /// `CONTROLLER:DOOR`.
  var doors: [String]
  /// `SITE:SCOPE`.
  var scopes: [String]
  var startMilliseconds: Int64?
  var endMilliseconds: Int64?
  var className: String?
  var usesMax: Int?
  /// The value, as controllers digest it, sealed.
  var sealed: Data
  /// It has the person's code, and changes with it.
  var hasPersonCode: Bool
  var isRevoked = false
  /// The id at each controller.
  var parts: [String: String] = [:]

  var parent: String? { person }

  func mayOpen(at now: Int64) -> Bool {
    !isRevoked && endMilliseconds.map { now < $0 } != false
  }
}

/// Finds a credential by its id at one controller.
struct PartDocument: PlatformDocument {
  static let kind = DocumentKind.part

  var id: String
  var credential: String
}

/// The number of a card.
struct CardBody: Codable, Sendable, Hashable {
  /// Such as `H10301`.
  var format: String
  var facility: Int64?
  /// As a number up to 2^53, or as text.
  var number: String

  static let shape = MemberShape.holding("format", "facility", "number")

  private enum CodingKeys: CodingKey { case format, facility, number }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    format = try container.decode(String.self, forKey: .format)
    facility = try container.decodeIfPresent(Int64.self, forKey: .facility)
    number = try container.decode(String.self, forKey: .number)
  }
}
