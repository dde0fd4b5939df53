import ArgumentParser

/// How long the cloud keeps what it no longer needs, in days.
struct Retention: ParsableArguments, Sendable {
  /// Platforms read by cursors that may be days old, and notices are kept for thirty.
  static let days = 31...36_500

  @Option(help: "Days that events are kept.") var keepEvents = 400
  @Option(help: "Days that commands and unlocks are kept.") var keepCommands = 90
  @Option(help: "Days that reports of handed-over keys are kept once the keys have ended.")
  var keepIssued = 400
  @Option(help: "Days that the API's audit is kept.") var keepAudit = 400

  func validate() throws {
    for (name, value) in [
      ("events", keepEvents), ("commands", keepCommands), ("issued", keepIssued),
      ("audit", keepAudit),
    ] where !Self.days.contains(value) {
      throw ValidationError(
        "--keep-\(name) is \(Self.days.lowerBound) to \(Self.days.upperBound) days")
    }
  }
}
