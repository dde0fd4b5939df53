import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Logging

/// Certificates that end: a door that suddenly cannot reach its cloud is found weeks before.
extension DoorShell {
  private static let expiryKey = "expiry"

  /// Reads the certificates off the actor; what is due follows.
  func beginExpiryCheck() {
    guard let certificates = ports.certificates else { return }
    let inbox = inbox
    lanes.perform(.outbox) {
      inbox.push(.certificatesRead(certificates.read().map { CertificateReading($0.name, $0.end) }))
    }
  }

  func certificatesRead(_ readings: [CertificateReading], at now: Moment) {
    certificateReadings = readings
    // A clock that jumps must not use up the warnings.
    guard now.trust != .unknown else { return }
    if expiries == nil {
      do throws(PortError) {
        let kept = try ports.state.value(forKey: Self.expiryKey)
        expiries = kept.map(ExpiryWatch.init(bytes:)) ?? ExpiryWatch()
      } catch {
        return logger.error("which warnings of certificates were given cannot be read: \(error)")
      }
    }
    let before = expiries
    for reading in readings {
      guard
        let warning = expiries?.look(at: reading.name, ending: reading.end, now: now.wall)
      else { continue }
      logger.warning("certificate \(warning.name): \(warning.days) days are left, renew it")
      record(
        drafts.draft(
          warning.days == 0 ? .certificateExpired : .certificateExpiring, at: now,
          reason: warning.days == 0 ? "expired" : "expiring",
          detail: [
            "certificate": warning.name, "days": String(warning.days),
            "endMilliseconds": String(warning.end.millisecondsSince1970),
          ]))
    }
    guard let expiries, expiries != before else { return }
    let state = ports.state
    let bytes = expiries.bytes
    write("which warnings of certificates were given") { () throws(PortError) in
      try state.setValue(bytes, forKey: Self.expiryKey)
    }
  }

  /// For the status.
  func expiryTroubles(at now: Moment) -> [String] {
    certificateReadings.compactMap { reading in
      let left = ExpiryWatch.daysLeft(until: reading.end, at: now.wall)
      guard left <= ExpiryWatch.warningDays.max() ?? 0 else { return nil }
      return left == 0
        ? "certificate \(reading.name) has ended: renew it"
        : "certificate \(reading.name) ends in \(left) days: renew it"
    }
  }
}

/// When one certificate ends.
package struct CertificateReading: Sendable, Hashable {
  var name: String
  var end: WallInstant

  init(_ name: String, _ end: WallInstant) {
    self.name = name
    self.end = end
  }
}
