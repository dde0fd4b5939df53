import CloudProtocol
import DoorCore
import DoorPorts
import Dispatch
import DoorRules
import WiegandCodec

/// How the controller is, said to the cloud after each connect and once in each interval.
extension DoorShell {
  /// Reads the machine off the actor; the report follows.
  func beginTelemetry(at now: Moment) {
    cloud.telemetryDue = now.monotonic.advanced(
      byMilliseconds: configuration.heartbeatSeconds * 1_000)
    let host = ports.host
    let inbox = inbox
    lanes.perform(.outbox) { inbox.push(.hostRead(host?.read() ?? HostReading())) }
  }

  /// Looks at everything off the actor; the report follows, and then the command is done.
  func diagnose(for command: String, at now: Moment) {
    guard let selfTest = ports.selfTest else {
      return finish(order: command, .confirmed, at: now)
    }
    let inbox = inbox
    selfTest.run { inbox.push(.diagnosed(command, $0)) }
  }

  func tellDiagnosis(_ report: DiagnosisReport, for command: String, at now: Moment) {
    var report = report
    report.commandID = command
    let isSaid = publish(.diagnosis, report) != nil
    finish(
      order: command, isSaid ? .confirmed : .failed(reason: "the report could not be said now"),
      at: now)
  }

  /// Says the last log lines; a link that does not take them fails the command.
  func tellLog(for command: String) -> OrderOutcome {
    guard let log = ports.log else { return .failed(reason: "this controller keeps no log lines") }
    let (lines, dropped) = log.recent()
    let upload = LogUpload(
      controller: configuration.controller.rawValue, commandID: command, lines: lines,
      dropped: dropped)
    return publish(.logs, upload) == nil
      ? .failed(reason: "the log could not be said now") : .confirmed
  }

  func tellTelemetry(_ host: HostReading, at now: Moment) {
    let readers = configuration.layout.readers.compactMap { reader in
      controller.view(of: reader.id).map { view in
        ReaderTelemetry(
          id: reader.id.rawValue, edges: view.counters.edges, noise: view.counters.noise,
          frames: view.counters.frames,
          malformed: Dictionary(
            view.counters.malformed.map { ($0.key.rawValue, $0.value) },
            uniquingKeysWith: { first, _ in first }))
      }
    }
    let queued = max(logPosition.last, logPosition.acknowledged) - logPosition.acknowledged
    publish(
      .telemetry,
      TelemetryReport(
        controller: configuration.controller.rawValue,
        timeMilliseconds: now.wall.millisecondsSince1970, software: configuration.software,
        host: host, uptimeSeconds: now.monotonic.microseconds(since: startedAt) / 1_000_000,
        clockTrust: now.trust.rawValue, simulated: ports.gpio.isSimulated, queuedEvents: queued,
        credentials: credentialPosition.credentials, readers: readers,
        refusedMessages: cloud.refusedCounts, identified: cloud.identified,
        troubles: status().troubles))
  }
}
