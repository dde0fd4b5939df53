import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Everything about the controller's certificates: which end soon, and the renewal of its own.
struct CertificateDesk {
  private var watch = CertificateWatch()
  private var renewal: Renewal

  /// `canRenew` is false where this controller has no certificate that it could renew.
  init(controller: ControllerID, canRenew: Bool) {
    renewal = Renewal(
      controller: controller, obstacle: canRenew ? nil : RenewalStanding.noCertificate)
  }

  /// The certificates were read. `kept` reads which warnings an earlier run persisted; `standing` is
  /// nil where nothing can be renewed.
  mutating func read(
    _ readings: [CertificateReading], _ standing: RenewalStanding?, at now: Moment,
    kept: () throws(PortError) -> [UInt8]?
  ) -> [Wish] {
    let warnings = watch.read(readings, at: now, kept: kept)
    return warnings + (standing.map { renewal.read($0, at: now) } ?? [])
  }

  mutating func order(_ order: String, at now: Moment) -> [Wish] { renewal.order(order, at: now) }
  mutating func done(_ outcome: RenewalOutcome, at now: Moment) -> [Wish] {
    renewal.done(outcome, at: now)
  }
  mutating func answered(_ envelope: Envelope<CertificateAnswer>, at now: Moment) -> [Wish] {
    renewal.answered(envelope.body, message: envelope.id, at: now)
  }
  mutating func connected(with pair: BrokerPair, at now: Moment) -> [Wish] {
    renewal.connected(with: pair, at: now)
  }
  mutating func disconnected(_ reason: String, at now: Moment) -> [Wish] {
    renewal.disconnected(reason, at: now)
  }
  /// The cloud answered over this very connection, by a message that was verified.
  mutating func heard(at now: Moment) -> [Wish] { renewal.heard(at: now) }
  mutating func advance(to now: Moment) -> [Wish] { renewal.advance(to: now) }
  var nextDeadline: MonotonicInstant? { renewal.nextDeadline }

  /// For the status.
  func troubles(at now: Moment) -> [String] { watch.troubles(at: now) + renewal.troubles }
}
