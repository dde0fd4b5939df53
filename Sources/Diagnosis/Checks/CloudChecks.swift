import CloudProtocol

/// The session with the cloud.
public struct CloudFacts: Sendable, Hashable {
  public var configured: Bool
  public var connected: Bool
  /// Why not, when not.
  public var detail: String?
  /// Seconds since the last verified message; nil without any.
  public var silentSeconds: Int?
  /// Events that the cloud has not acknowledged.
  public var backlog: UInt64
  /// Messages that were refused since the start, by kind and cause.
  public var refused: [String: Int]

  public init(
    configured: Bool, connected: Bool, detail: String?, silentSeconds: Int?, backlog: UInt64,
    refused: [String: Int]
  ) {
    self.configured = configured
    self.connected = connected
    self.detail = detail
    self.silentSeconds = silentSeconds
    self.backlog = backlog
    self.refused = refused
  }

  /// A cloud answers each heartbeat; after a longer silence its program is not running.
  public static let silentSecondsMax = 300
  /// A larger backlog is a warning. In events.
  public static let backlogMax: UInt64 = 1_000

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("cloud")
    guard configured else {
      writer.warning(
        "none", "no cloud is configured", do: "set cloud.host, unless this door stands alone")
      return writer.checks
    }
    if connected {
      writer.ok("session", "the session with the broker is up")
    } else {
      writer.failure(
        "session", "not connected: \(detail ?? "unknown")",
        do: "see the network checks; the door serves from its cache")
    }
    let last = silentSeconds.map { "last message \($0) s ago" } ?? "no message since the start"
    if connected, (silentSeconds ?? Int.max) > Self.silentSecondsMax {
      writer.warning(
        "sync", "the broker is there, but the cloud is silent: \(last)",
        do: "is the cloud's own program running, with this controller enrolled there?")
    } else if silentSeconds != nil {
      writer.ok("sync", last)
    }
    if backlog > Self.backlogMax {
      writer.warning(
        "backlog", "\(backlog) events wait for the cloud",
        do: "they are sent when the cloud answers again; none is lost")
    } else {
      writer.ok("backlog", "\(backlog) events wait for the cloud")
    }
    checkRefused(&writer)
    return writer.checks
  }

  private func checkRefused(_ writer: inout CheckWriter) {
    let refused = refused.filter { $0.value > 0 }
    guard !refused.isEmpty else { return }
    let named = refused.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      .joined(separator: ", ")
    let isTime = refused.keys.contains { $0.hasSuffix("expired") || $0.hasSuffix("notYetValid") }
    let isKey = refused.keys.contains { $0.hasSuffix("unknownKey") || $0.hasSuffix("badSignature") }
    writer.warning(
      "refused", "messages of the cloud were refused: \(named)",
      do: isTime
        ? "look at the clock of this controller and of the cloud"
        : isKey
          ? "put the cloud's present public key into cloud.publicKeyFile"
          : "the journal has the cause of each: `journalctl -u posternd -g refused`")
  }
}
