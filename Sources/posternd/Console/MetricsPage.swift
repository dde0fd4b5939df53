import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import WiegandCodec

/// Status and counters in the Prometheus text format.
/// https://prometheus.io/docs/instrumenting/exposition_formats/
struct MetricsPage {
  let status: RuntimeStatus
  let inspection: RuntimeInspection
  let simulated: Bool

  var text: String {
    var page = PrometheusPage()
    page.gauge("postern_up", "1 while the daemon serves.", 1)
    page.gauge("postern_simulated", "1 for simulated hardware.", simulated ? 1 : 0)
    page.gauge(
      "postern_uptime_seconds", "Time since the daemon's start.", Double(status.uptimeSeconds))
    writeDecisions(&page)
    page.histogram(
      "postern_decision_seconds", "Time from a complete card or PIN to the decision.",
      inspection.metrics.decisions)
    page.histogram(
      "postern_commit_seconds", "Time of each commit of events.",
      inspection.metrics.commits)
    writeQueues(&page)
    writeReaders(&page)
    page.gauge(
      "postern_cloud_connected", "1 while the session with the broker is up.",
      status.cloudConnected ? 1 : 0)
    if let seconds = inspection.cloudSilentSeconds {
      page.gauge(
        "postern_cloud_silent_seconds", "Time since the last message from the cloud.",
        Double(seconds))
    }
    if let offset = inspection.clockOffsetSeconds {
      page.gauge("postern_clock_offset_seconds", "This clock minus the cloud's.", Double(offset))
    }
    page.begin("postern_clock_trust", "gauge", "1 for the present trust of the clock.")
    for trust in ClockTrust.allCases {
      page.sample(
        "postern_clock_trust", ["trust": trust.rawValue],
        status.now.trust == trust ? 1 : 0)
    }
    page.begin("postern_refused_messages_total", "counter", "Refused messages, by cause.")
    for (cause, count) in inspection.refused.sorted(by: { $0.key < $1.key }) {
      page.sample("postern_refused_messages_total", ["cause": cause], Double(count))
    }
    page.begin("postern_door_released", "gauge", "1 while the lock is released.")
    for door in status.doors {
      page.sample(
        "postern_door_released", ["door": door.id.rawValue],
        door.lock == .released ? 1 : 0)
    }
    page.begin("postern_site_alarm", "gauge", "1 while an alarm of the site is raised.")
    for alarm in SiteAlarm.allCases {
      page.sample(
        "postern_site_alarm", ["alarm": alarm.rawValue], status.siteAlarms.contains(alarm) ? 1 : 0)
    }
    return page.text
  }

  private func writeDecisions(_ page: inout PrometheusPage) {
    let name = "postern_decisions_total"
    page.begin(name, "counter", "Attempts to enter, by outcome and reason.")
    page.sample(name, ["outcome": "granted", "reason": ""], Double(inspection.metrics.granted))
    for (reason, count) in inspection.metrics.denied.sorted(by: { $0.key < $1.key }) {
      page.sample(name, ["outcome": "denied", "reason": reason], Double(count))
    }
  }

  private func writeQueues(_ page: inout PrometheusPage) {
    let backlog = status.log.last - min(status.log.acknowledged, status.log.last)
    page.begin("postern_queue_depth", "gauge", "Waiting entries, by queue.")
    page.sample("postern_queue_depth", ["queue": "cloud"], Double(backlog))
    page.sample("postern_queue_depth", ["queue": "disk"], Double(inspection.eventsWaiting))
    page.gauge(
      "postern_log_failed", "1 while events cannot be written.",
      inspection.logError == nil ? 0 : 1)
    page.gauge(
      "postern_line_faults", "Lines that could not be requested.", Double(inspection.faults.count))
    page.gauge(
      "postern_credentials", "Credentials in the cache.",
      Double(status.credentials.credentials))
  }

  private func writeReaders(_ page: inout PrometheusPage) {
    page.begin("postern_reader_frames_total", "counter", "Complete frames.")
    for reader in status.readers {
      page.sample(
        "postern_reader_frames_total", ["reader": reader.id.rawValue],
        Double(reader.counters.frames))
    }
    page.begin("postern_reader_noise_total", "counter", "Pulses too short to count.")
    for reader in status.readers {
      page.sample(
        "postern_reader_noise_total", ["reader": reader.id.rawValue],
        Double(reader.counters.noise))
    }
    page.begin("postern_reader_faults_total", "counter", "Damaged frames, by fault.")
    for reader in status.readers {
      for fault in FrameFault.allCases {
        page.sample(
          "postern_reader_faults_total",
          ["fault": fault.rawValue, "reader": reader.id.rawValue],
          Double(reader.counters.malformed[fault] ?? 0))
      }
    }
  }
}
