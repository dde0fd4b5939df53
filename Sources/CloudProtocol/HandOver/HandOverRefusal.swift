/// Why a hand-over was refused, and by which limit.
public struct HandOverRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The names are stable: events use them as written here.
  public enum Limit: String, Sendable, Hashable, CaseIterable {
    /// It cannot be read as a hand-over, certificate or order.
    case malformed
    case tooLarge
    /// This controller has no root keys.
    case notConfigured
    /// The certificate's root is not one of this controller.
    case unknownRoot
    case badSignature
    /// The clock is not trusted, so the times cannot be checked.
    case clockUnknown
    case certificateNotYetValid
    case certificateExpired
    /// Certificate or order is for other controllers.
    case wrongController
    case kindNotAllowed
    case doorNotAllowed
    case scopeNotAllowed
    /// From start to end it is longer than the certificate allows.
    case tooLong
    /// It would end later than the certificate allows.
    case tooFarAhead
    /// It has already expired.
    case alreadyOver
    case orderExpired
    case orderFromTheFuture
    /// This order, or a later one, was accepted before.
    case replayed
    /// Not a key of this issuer.
    case notOfThisIssuer
    /// A key with this id exists.
    case exists
    /// Another person has a card or PIN of this value at one of the doors.
    case taken
    /// The controller stores no more handed-over keys.
    case full
    /// It could not be stored, or another hand-over is under way: try again.
    case notKept
  }

  public let limit: Limit
  /// What was found and what is allowed; never a secret value.
  public let detail: String

  public init(_ limit: Limit, _ detail: String) {
    self.limit = limit
    self.detail = detail
  }

  public var description: String { "\(limit.rawValue): \(detail)" }
}
