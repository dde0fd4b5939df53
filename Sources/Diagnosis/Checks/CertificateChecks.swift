import CloudProtocol

/// A certificate file of the settings.
public struct CertificateFacts: Sendable, Hashable {
  /// The key in the settings, such as `cloud.tls.certificateFile`.
  public var setting: String
  public var path: String
  /// Why the file cannot be used; nil when it can.
  public var fault: String?
  /// Days until it expires; negative after that. Nil when it could not be read.
  public var daysLeft: Int?
  /// Days from its beginning to its end; nil when it could not be read.
  public var daysOfLife: Int?
  /// Days until it is valid; nil when it is.
  public var daysUntilStart: Int?

  public init(
    setting: String, path: String, fault: String?, daysLeft: Int?, daysOfLife: Int? = nil,
    daysUntilStart: Int?
  ) {
    self.setting = setting
    self.path = path
    self.fault = fault
    self.daysLeft = daysLeft
    self.daysOfLife = daysOfLife
    self.daysUntilStart = daysUntilStart
  }

  /// Fewer days than this is a warning, or than a quarter of a shorter life: one that renews itself does
  /// so with a third left.
  public static let daysMin = 30

  private var daysBefore: Int { min(Self.daysMin, daysOfLife.map { $0 / 4 } ?? Self.daysMin) }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("certificates")
    if let fault {
      writer.failure(
        "unreadable", "\(setting) \(path): \(fault)",
        do: "put a PEM certificate there that the daemon can read")
    } else if let daysUntilStart {
      writer.failure(
        "notYetValid", "\(setting) \(path): is valid in \(daysUntilStart) days",
        do: "check this controller's clock, then the certificate")
    } else if let daysLeft {
      if daysLeft < 0 {
        writer.failure(
          "expired", "\(setting) \(path): expired \(-daysLeft) days ago",
          do: "renew it, put the new one there, and check this controller's clock")
      } else if daysLeft < daysBefore {
        writer.warning(
          "ending", "\(setting) \(path): \(daysLeft) days left", do: "renew it before it expires")
      } else {
        writer.ok("valid", "\(setting): \(daysLeft) days left")
      }
    }
    return writer.checks
  }
}
