public import DoorRules

/// A key of this controller with its certificate, for the broker.
public enum BrokerPair: Sendable, Hashable, CaseIterable {
  /// The one that is proved.
  case present
  /// The one on trial.
  case next
}

/// The controller's certificate for the broker, and what takes its place. Everything but ``choose(_:)``
/// opens files and computes, and is done off the runtime's thread. A power cut in any of it leaves
/// the present pair whole, and what was begun can be begun again.
public protocol CertificateRenewal: Sendable {
  /// What is there now.
  func standing() -> RenewalStanding

  /// Makes a key and a request by it. One that was made before, and has no certificate yet, is given
  /// again.
  func makeRequest() throws(PortError) -> OpenRequest

  /// Checks the certificates (PEM) and stores them with the request's key as the pair on trial. Throws
  /// `invalid` for certificates that are not what was asked for, with what is wrong with them.
  func store(_ certificates: String, for request: OpenRequest, at now: WallInstant)
    throws(PortError)

  /// The pair on trial becomes the present one, and the one before is deleted. Returns its end.
  func adopt() throws(PortError) -> WallInstant

  /// Deletes the pair on trial with its key.
  func drop() throws(PortError)

  /// Which pair the link takes from its next connection on; ``BrokerPair/present`` at first.
  func choose(_ pair: BrokerPair)
}

/// A request for a certificate that has no answer yet.
public struct OpenRequest: Sendable, Hashable {
  /// PEM.
  public var request: String
  /// By which an answer names it: `RenewalRequest.digest`.
  public var digest: String

  public init(request: String, digest: String) {
    self.request = request
    self.digest = digest
  }
}

/// What there is for a renewal.
public struct RenewalStanding: Sendable, Hashable {
  /// An ``obstacle``: there is nothing to renew.
  public static let noCertificate =
    "this controller has no certificate of its own (cloud.tls.certificateFile)"

  /// Why this controller renews no certificate, and what to do; nil if it can.
  public var obstacle: String?
  /// From when to when the present certificate is valid; nil while it cannot be read.
  public var life: Range<WallInstant>?
  /// A key was made, and its certificate is waited for.
  public var request: OpenRequest?
  /// There is a pair on trial.
  public var isOnTrial: Bool

  public init(
    obstacle: String? = nil, life: Range<WallInstant>? = nil, request: OpenRequest? = nil,
    isOnTrial: Bool = false
  ) {
    self.obstacle = obstacle
    self.life = life
    self.request = request
    self.isOnTrial = isOnTrial
  }
}
