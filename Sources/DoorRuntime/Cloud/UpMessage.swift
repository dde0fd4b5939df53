import CloudProtocol

/// A message of this controller to the cloud.
enum UpMessage: Sendable {
  case hello(Hello)
  case state(StateReport)
  case events(EventBatch)
  case urgent(UrgentEvent)
  /// A command was received and is about to act: nobody waits for its delivery.
  case received(CommandResult)
  /// A command is refused whose id another one had: nobody waits for its delivery.
  case unkept(CommandResult)
  /// How a command ended; published until the broker has it.
  case result(CommandResult)
  case applied(ApplyReport)
  case pull(SnapshotPull)
  case digest(DigestReport)
  case telemetry(TelemetryReport)
  case issued(IssuedReport)
  /// The answer to a `logs` command.
  case logs(LogUpload, order: String)
  /// The answer to a `diagnostics` command.
  case diagnosis(DiagnosisReport, order: String)
  /// Asks for a certificate; sent again until the answer was verified.
  case renewal(RenewalRequest)

  var kind: Topics.Up {
    switch self {
    case .hello: .hello
    case .state: .state
    case .events: .events
    case .urgent: .urgent
    case .received, .unkept, .result: .results
    case .applied: .applied
    case .pull: .pull
    case .digest: .digest
    case .telemetry: .telemetry
    case .issued: .issued
    case .logs: .logs
    case .diagnosis: .diagnosis
    case .renewal: .renewal
    }
  }

  /// Whether the broker retains it for later subscribers.
  var isRetained: Bool {
    if case .state = self { true } else { false }
  }

  /// The id of the one message that it answers.
  var answered: String? {
    switch self {
    case .received(let body), .unkept(let body), .result(let body): body.commandID
    case .applied(let body): body.messageID
    case .logs(_, let order), .diagnosis(_, let order): order
    case .hello, .state, .events, .urgent, .pull, .digest, .telemetry, .issued, .renewal: nil
    }
  }

  func payload() throws -> [UInt8] {
    switch self {
    case .hello(let body): try JSONCoding.encode(body)
    case .state(let body): try JSONCoding.encode(body)
    case .events(let body): try JSONCoding.encode(body)
    case .urgent(let body): try JSONCoding.encode(body)
    case .received(let body), .unkept(let body), .result(let body): try JSONCoding.encode(body)
    case .applied(let body): try JSONCoding.encode(body)
    case .pull(let body): try JSONCoding.encode(body)
    case .digest(let body): try JSONCoding.encode(body)
    case .telemetry(let body): try JSONCoding.encode(body)
    case .issued(let body): try JSONCoding.encode(body)
    case .logs(let body, _): try JSONCoding.encode(body)
    case .diagnosis(let body, _): try JSONCoding.encode(body)
    case .renewal(let body): try JSONCoding.encode(body)
    }
  }
}
