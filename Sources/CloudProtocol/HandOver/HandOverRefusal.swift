/// Why a key was not taken over, and by which limit.
public struct HandOverRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The names are stable: events use them as written here.
  public enum Limit: String, Sendable, Hashable, CaseIterable {
    /// No hand-over, certificate or order at all.
    case malformed
    case tooLarge
    /// This controller has no root keys.
    case notConfigured
    /// The certificate is of nobody whom this controller knows.
    case unknownRoot
    case badSignature
    /// The times cannot be judged.
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
    /// It would end later than any key of this certificate may.
    case tooFarAhead
    /// Its time is over.
    case alreadyOver
    case orderExpired
    case orderFromTheFuture
    /// This order, or a later one, was taken before.
    case replayed
    /// Not a key of this issuer.
    case notOfThisIssuer
    /// There is a key of this id.
    case exists
    /// The door keeps no more keys of this way.
    case full
    /// The disk did not take it, or another hand-over is under way: try again.
    case notKept
  }

  public let limit: Limit
  /// What was found and what is allowed; never a value.
  public let detail: String

  public init(_ limit: Limit, _ detail: String) {
    self.limit = limit
    self.detail = detail
  }

  public var description: String { "\(limit.rawValue): \(detail)" }
}
