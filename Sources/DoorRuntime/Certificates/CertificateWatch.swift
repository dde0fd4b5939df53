import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// From when to when one certificate is valid.
package struct CertificateReading: Sendable, Hashable {
  var name: String
  var life: Range<WallInstant>

  init(_ name: String, _ life: Range<WallInstant>) {
    self.name = name
    self.life = life
  }
}

/// Certificates that end: a door that suddenly cannot reach its cloud is found weeks before.
struct CertificateWatch {
  private var readings: [CertificateReading] = []
  /// Which warnings were given; nil until the state store could be read.
  private var given: ExpiryWatch?

  /// The certificates were read. `kept` reads which warnings an earlier run persisted.
  mutating func read(
    _ readings: [CertificateReading], at now: Moment,
    kept: () throws(PortError) -> [UInt8]?
  ) -> [Wish] {
    self.readings = readings
    // A clock that jumps must not use up the warnings.
    guard now.trust.isTrusted else { return [] }
    if given == nil {
      do throws(PortError) {
        given = try kept().map(ExpiryWatch.init(bytes:)) ?? ExpiryWatch()
      } catch {
        return [
          .log(
            .error, "which warnings of certificates were given cannot be read: \(error)")
        ]
      }
    }
    let before = given
    var wishes: [Wish] = []
    for reading in readings {
      guard let warning = given?.look(at: reading.name, living: reading.life, now: now.wall)
      else { continue }
      wishes += Self.warn(warning)
    }
    guard let given, given != before else { return wishes }
    return wishes + [
      .persist(
        StateWrite(
          "which warnings of certificates were given", .certificateWarnings, given.bytes))
    ]
  }

  private static func warn(_ warning: ExpiryWatch.Warning) -> [Wish] {
    let isOver = warning.days == 0
    return [
      .log(
        .warning, "certificate \(warning.name): \(warning.days) days are left, renew it"),
      .record(
        EventRecord(
          isOver ? .certificateExpired : .certificateExpiring,
          reason: isOver ? "expired" : "expiring",
          detail: [
            "certificate": warning.name, "days": String(warning.days),
            "endMilliseconds": String(warning.end.millisecondsSince1970),
          ])),
    ]
  }

  /// For the status.
  func troubles(at now: Moment) -> [String] {
    readings.compactMap { reading in
      let left = ExpiryWatch.daysLeft(until: reading.life.upperBound, at: now.wall)
      guard let first = ExpiryWatch.warningDays(of: reading.life).first, left <= first
      else { return nil }
      return left == 0
        ? "certificate \(reading.name) has ended: renew it"
        : "certificate \(reading.name) ends in \(left) days: renew it"
    }
  }
}
