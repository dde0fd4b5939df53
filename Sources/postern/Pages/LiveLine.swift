import CloudProtocol
import ConsoleProtocol
import DoorRules
import Foundation

/// A note as one line.
struct LiveLine {
  let note: LiveNote

  var text: String {
    let seconds = Double(note.microseconds) / 1_000_000
    var parts = [String(format: "%.3f", seconds), note.kind.rawValue]
    if let reader = note.reader { parts.append("reader \(reader)") }
    if let door = note.door { parts.append("door \(door)") }
    if let line = note.line {
      parts.append("\(line) \(note.active == true ? "on" : "off")")
    }
    if let key = note.key { parts.append("key \(key)") }
    if let bits = note.bits { parts.append("\(bits) bits") }
    if let text = note.bitText { parts.append(text) }
    if let spacing = note.spacing, spacing.count == 3, spacing[2] > 0 {
      parts.append("\(spacing[0]) µs (\(spacing[1]) to \(spacing[2]))")
    }
    parts += (note.candidates ?? []).map {
      "\($0.format) \($0.facility.map { "facility \($0) " } ?? "")card \($0.card)"
    }
    if note.candidates == nil, let formats = note.formats {
      parts.append(formats.isEmpty ? "no format fits" : "fits " + formats.joined(separator: ", "))
    }
    if let digest = note.detail, note.fault == nil, note.key == nil { parts.append(digest) }
    if note.formats?.isEmpty == false, note.bits != 0 { parts.append("parity good") }
    if let fault = note.fault { parts.append("\(fault): \(note.detail ?? "")") }
    if let type = note.type { parts.append(type) }
    if let person = note.person { parts.append(person) }
    if let reason = note.reason {
      parts.append(DenialReason(rawValue: reason)?.sentence ?? reason)
    }
    if let lost = note.lost { parts.append("\(lost) lines are lost: this terminal was too slow") }
    return parts.joined(separator: "  ").printable
  }
}
