import CloudProtocol

/// A message in which a controller names itself.
protocol ControllerMessage: Codable, Sendable {
  var controller: String { get }
}

/// A report of which the cloud keeps the latest, in a column of the table `controller`.
protocol LatestReport: ControllerMessage {
  static var column: String { get }
}

extension Hello: LatestReport {
  static let column = "hello"
}

extension StateReport: LatestReport {
  static let column = "state"
}

extension TelemetryReport: LatestReport {
  static let column = "telemetry"
}

extension LogUpload: LatestReport {
  static let column = "logs"
}

extension DiagnosisReport: LatestReport {
  static let column = "diagnosis"
}

extension DigestReport: ControllerMessage {}
extension IssuedReport: ControllerMessage {}
extension RenewalRequest: ControllerMessage {}
extension UrgentEvent: ControllerMessage {}
