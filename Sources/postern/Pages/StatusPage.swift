import CloudProtocol
import ConsoleProtocol
import Foundation
import HostLinux

/// The status as text.
struct StatusPage {
  let status: ConsoleStatus
  let colour: Bool

  var text: String {
    var lines: [String] = []
    if !status.troubles.isEmpty {
      lines.append(paint("TROUBLE", "31;1"))
      lines += status.troubles.map { "  ! \($0.printable)" }
      lines.append("")
    }
    let kind = status.simulated ? "SIMULATED hardware" : "real hardware"
    lines.append("\(paint(status.controller, "1"))  \(kind), posternd \(status.software)")
    lines.append(row("up", Self.duration(seconds: status.uptimeSeconds)))
    lines.append(row("clock", "\(Self.time(status.timeMilliseconds)), \(status.clockTrust)"))
    lines.append(row("time zone", (status.timeZone ?? "none yet").printable))
    lines.append(row("cloud", cloud))
    lines.append(
      row(
        "events", "\(status.log.last) so far, \(status.log.last - status.log.acknowledged) to send")
    )
    lines.append(
      row(
        "policy",
        """
        configuration \(status.configRevision), credentials \(status.credentialRevision) \
        (\(status.credentials) of \(status.persons) persons)
        """))
    if let alarms = status.siteAlarms {
      lines.append(row("site", paint("ALARM " + alarms.joined(separator: ", ").printable, "31;1")))
    }
    lines.append("")
    lines += (status.plans ?? []).map(PlanPage.line)
    lines += status.doors.map(Self.line)
    lines += status.readers.map(Self.line)
    lines += (status.polled ?? []).map(\.printable)
    return lines.joined(separator: "\n")
  }

  private var cloud: String {
    if status.cloud.connected { return paint("connected", "32") }
    let since = status.cloud.lastContactMilliseconds.map {
      let seconds = max(0, Int((status.timeMilliseconds - $0) / 1_000))
      return ", last contact \(Self.duration(seconds: seconds)) ago"
    }
    return paint("not connected", "33")
      + " (\((status.cloud.detail ?? "unknown").printable))\(since ?? "")"
  }

  static func line(of door: ConsoleStatus.Door) -> String {
    let relay = door.relayActive.map { $0 ? "relay on" : "relay off" } ?? "NO RELAY"
    let leaf = door.open.map { $0 ? "open" : "closed" } ?? "no contact"
    let alarms = door.alarms.isEmpty ? "" : "  ALARM " + door.alarms.joined(separator: ", ")
    let configured = door.configured ? "" : "  not configured"
    let mode =
      door.mode == "normal"
      ? "" : "  \(door.mode.uppercased()) (\((door.modeWhy ?? "?").printable))"
    let bell = door.bellMilliseconds == nil ? "" : "  SOMEBODY RINGS"
    return "door \(door.id)  \(door.lock), \(leaf), \(relay)\(mode)\(bell)\(alarms)\(configured)  "
      + door.name.printable
  }

  static func line(of reader: ConsoleStatus.Reader) -> String {
    let lockout = reader.lockedOutMilliseconds.map { "  LOCKED OUT for \(($0 + 999) / 1_000) s" }
    if let osdp = reader.osdp {
      let state = osdp.pairing ? "is being paired" : osdp.absence.map { "NOT SERVED: \($0)" }
      return "reader \(reader.id)  at \(reader.door), \(state ?? "secured"), "
        + "\(osdp.place)\(lockout ?? "")".printable
    }
    return "reader \(reader.id)  at \(reader.door), \(reader.frames) frames, "
      + "\(reader.malformed) malformed\(lockout ?? "")"
  }

  private func row(_ name: String, _ value: String) -> String {
    "  " + name.padding(toLength: 11, withPad: " ", startingAt: 0) + value
  }

  private func paint(_ text: String, _ code: String) -> String {
    Output.paint(text, code, if: colour)
  }

  static func duration(seconds: Int) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3_600: "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400: "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    default: "\(seconds / 86_400) d \(seconds % 86_400 / 3_600) h"
    }
  }

  /// UTC, to the second.
  static func time(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601)
  }
}
