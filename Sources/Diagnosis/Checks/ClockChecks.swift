import CloudProtocol

/// The civil clock.
public struct ClockFacts: Sendable, Hashable {
  /// `synchronised`, `holdover`, `doubtful` or `unknown`.
  public var trust: String
  /// What disciplines it, such as `systemd-timesyncd`; nil for nothing.
  public var source: String?
  /// This clock minus the cloud's; nil without a message from the cloud.
  public var offsetSeconds: Int64?
  /// The system's clock minus the door's own time, by which the door serves; nil while the door
  /// believes the system's clock.
  public var doubtSeconds: Int64?

  public init(
    trust: String, source: String?, offsetSeconds: Int64?, doubtSeconds: Int64?
  ) {
    self.trust = trust
    self.source = source
    self.offsetSeconds = offsetSeconds
    self.doubtSeconds = doubtSeconds
  }

  static let trustIt = "postern clock trust --reason ..."

  /// With a larger offset signed messages are refused: the same tolerance as for messages.
  public static let offsetSecondsMax: Int64 = 60

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("clock")
    let set = "set it with `timedatectl set-time`, and let it follow a time server (`timedatectl`)"
    if let offset = offsetSeconds, offset.magnitude > Self.offsetSecondsMax.magnitude {
      writer.failure(
        "offset",
        "the clock is \(Self.words(offset.magnitude)) \(offset > 0 ? "ahead of" : "behind") the cloud",
        do: set)
    } else if let offset = offsetSeconds {
      writer.ok("offset", "within \(max(offset.magnitude, 1)) s of the cloud's clock")
    }
    let trusted = trust == "synchronised" || trust == "holdover"
    if let doubtSeconds, trusted {
      writer.failure(
        "doubted",
        "the system's clock is \(Self.words(doubtSeconds.magnitude))"
          + " \(doubtSeconds > 0 ? "ahead of" : "behind") the door's own time, by which it serves",
        do: "\(set); if it is right as it is: `\(Self.trustIt)`")
    }
    switch trust {
    case "synchronised": writer.ok("trust", "synchronised, by \(source ?? "the kernel's report")")
    case "holdover":
      writer.warning(
        "trust", "plausible, but nothing disciplines the clock now",
        do: "let it follow a time server: `timedatectl set-ntp true`; a clock chip helps offline")
    default:
      writer.failure(
        "trust", "the time is \(trust): credentials and hours that depend on it are denied",
        do: "\(set); where there is none, set it and then `\(Self.trustIt)`")
    }
    return writer.checks
  }

  static func words(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7_200: "\(seconds / 60) min"
    case ..<172_800: "\((seconds + 1_800) / 3_600) h"
    default: "\((seconds + 43_200) / 86_400) days"
    }
  }
}

/// The rules of the facility's time zone.
public struct ZoneFacts: Sendable, Hashable {
  /// Nil before the first configuration.
  public var zone: String?
  /// Version of tzdata; nil when the system's files do not have it.
  public var rules: String?
  /// Why the zone cannot be read from the system's files; nil when it can.
  public var fault: String?
  /// For an old name the one that it stands for.
  public var currentName: String?
  /// True when the door has rules of the zone, be it those of before.
  public var isKnown = true

  public init(zone: String?, rules: String?, fault: String?) {
    self.zone = zone
    self.rules = rules
    self.fault = fault
  }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("clock")
    if let fault, isKnown {
      writer.warning(
        "zone", "\(fault); the last good rules stay in force",
        do: "install or upgrade tzdata, or write the zone's present name in the cloud")
    } else if let fault {
      writer.failure(
        "zone", "\(fault); hours are closed and denied",
        do: "install or upgrade tzdata, or correct the zone in the cloud")
    } else if let zone {
      let old = currentName.map { ", an old name of \($0)" } ?? ""
      writer.ok("zone", "time zone \(zone)\(old), rules \(rules ?? "of the system")")
    }
    return writer.checks
  }
}
