import CloudProtocol
import ConsoleProtocol
import Foundation

/// Events for spreadsheets. https://www.rfc-editor.org/rfc/rfc4180
enum EventCSV {
  static let names = "number,time,type,door,reader,person,credential,reason,simulated,detail"

  static func line(_ event: ConsoleEvent) -> String {
    let detail = event.detail.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return [
      String(event.number), StatusPage.time(event.timeMilliseconds), event.type, event.door,
      event.reader, event.person, event.credential, event.reason,
      event.simulated ? "true" : "false", detail.joined(separator: " "),
    ].map { quoted(($0 ?? "").printable) }.joined(separator: ",")
  }

  /// A cell, with its formula disarmed: a spreadsheet runs what begins like one.
  private static func quoted(_ text: String) -> String {
    let safe = text.first.map { "=+-@\t".contains($0) } == true ? "'" + text : text
    guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
    return "\"" + safe.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
