public import DoorRules

/// Where messages go. A broker's access list can confine a controller to its own branch:
/// it writes below `up`, reads below `down`, and needs nothing else.
public struct Topics: Sendable, Hashable {
  /// Messages of the controller.
  public enum Up: String, Sendable, Hashable, CaseIterable {
    /// ``Hello``, after each connect.
    case hello
    /// ``StateReport``, retained; in the last will `online` is false.
    case state
    /// ``EventBatch``.
    case events
    /// ``CommandResult``.
    case results
    /// ``ApplyReport``, the answer to a configuration or credential message.
    case applied
    /// ``SnapshotPull``, asks for a chunk of a snapshot.
    case pull
    /// ``DigestReport``, the answer to a digest request.
    case digest
    /// ``UrgentEvent``: alarms and admin actions, ahead of the events before them.
    case urgent
    /// ``TelemetryReport``.
    case telemetry
    /// ``LogUpload``, the answer to a `logs` command.
    case logs
    /// ``IssuedReport``: keys that were handed over on site.
    case issued
    /// ``DiagnosisReport``, the answer to a `diagnostics` command.
    case diagnosis
    /// ``RenewalRequest``, asks for a certificate.
    case renewal

    /// After so many seconds a broker drops a message that nobody fetched: one that comes again by
    /// itself, or can be asked for again. Nil for what only this message tells.
    public var expirySeconds: UInt32? {
      switch self {
      case .pull: 300
      case .telemetry, .logs, .diagnosis, .renewal: 3_600
      case .results: 604_800
      case .hello, .state, .events, .urgent, .applied, .digest, .issued: nil
      }
    }
  }

  /// Messages of the cloud; each one a JWS.
  public enum Down: String, Sendable, Hashable, CaseIterable {
    /// ``ConfigurationDocument``.
    case config
    /// ``CredentialDelta``.
    case credentials
    /// ``Command``.
    case commands
    /// ``EventAcknowledgement``.
    case ack
    /// ``SnapshotOffer``.
    case snapshot
    /// ``SnapshotChunk``.
    case chunk
    /// ``BucketRepair``.
    case repair
    /// ``DigestRequest``.
    case digest
    /// ``CertificateAnswer``.
    case certificate
  }

  /// The media type of what is under `up`.
  public static let upContentType = "application/json"
  /// The media type of what is under `down`: a compact JWS, RFC 7515 section 9.2.1.
  public static let downContentType = "application/jose"

  public let controller: ControllerID

  public init(controller: ControllerID) { self.controller = controller }

  public func topic(_ kind: Up) -> String { "postern/v1/\(controller)/up/\(kind.rawValue)" }
  public func topic(_ kind: Down) -> String { "postern/v1/\(controller)/down/\(kind.rawValue)" }

  /// Bytes of the longest topic of this controller.
  public var longestBytes: Int {
    let up = Up.allCases.map { topic($0).utf8.count }
    return (up + Down.allCases.map { topic($0).utf8.count }).max() ?? 0
  }

  /// What a controller subscribes to.
  public var downFilter: String { "postern/v1/\(controller)/down/+" }
  /// What the cloud subscribes to.
  public static let upFilter = "postern/v1/+/up/+"

  /// The controller and kind of an `up` topic; nil for any other topic.
  public static func parseUp(_ topic: String) -> (ControllerID, Up)? {
    let parts = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == "postern", parts[1] == "v1", parts[3] == "up",
      let controller = ControllerID(String(parts[2])), let kind = Up(rawValue: String(parts[4]))
    else { return nil }
    return (controller, kind)
  }

  /// The kind of a `down` topic of this controller; nil for any other topic.
  public func parseDown(_ topic: String) -> Down? {
    Down.allCases.first { self.topic($0) == topic }
  }

  /// Why nothing is read at a topic that ``parseDown(_:)`` does not know.
  public static func problem(ofDown topic: String) -> String {
    let last = topic.split(separator: "/").last.map(String.init) ?? ""
    let known = Down.allCases.map(\.rawValue).joined(separator: ", ")
    return "a controller has no topic down/\(EnvelopeLimits.shown(last)); it has \(known)"
  }
}
