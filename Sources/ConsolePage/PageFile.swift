import CloudProtocol
import DoorRules

/// A file of the console's page as it is served. The files are part of the program: a browser
/// fetches nothing from elsewhere, and nothing can be missing on the disk.
public struct PageFile: Sendable, Hashable {
  /// Where a browser asks for it.
  public let path: String
  /// Its `Content-Type`.
  public let type: String
  public let text: String

  /// Every file of the page. A browser loads these four and no other.
  public static let all = [
    PageFile(path: "/", type: "text/html; charset=utf-8", text: text(PackageResources.index_html)),
    PageFile(
      path: "/style.css", type: "text/css; charset=utf-8", text: text(PackageResources.style_css)),
    PageFile(path: "/texts.js", type: "text/javascript; charset=utf-8", text: texts),
    PageFile(path: "/app.js", type: "text/javascript; charset=utf-8", text: application),
  ]

  /// The script, part after part; all parts are in one scope.
  private static var application: String {
    [
      // Elements, requests, streams and pages, which every part below uses.
      PackageResources.core_js,
      // Doors as large tiles, what is wrong above them, readers below.
      PackageResources.doors_js,
      // Events as they happen, and the pulses of the two data lines.
      PackageResources.live_js,
      // The week's hours, unlock schedule and holidays as a picture.
      PackageResources.hours_js,
      // The geofence on a plain scaled drawing, with the result of a dry run.
      PackageResources.place_js,
      // Sync, backlog, clock and storage over the last hour, and the diagnosis.
      PackageResources.health_js,
      // The explain form: what would be decided, step by step.
      PackageResources.explain_js,
      // Who is inside each area that counts, and who got out of a fire.
      PackageResources.muster_js,
      // The plans for an emergency, and those in force above every page.
      PackageResources.plans_js,
      // The virtual door of simulated hardware, for mouse, finger or keyboard.
      PackageResources.panel_js,
      // What runs first. A code behind the address signs in, and is then taken out of it.
      PackageResources.start_js,
    ].map(text).joined(separator: "\n")
  }

  /// The page's texts, with the events and reasons as the registries name them.
  private static var texts: String {
    text(PackageResources.texts_js)
      + table("events", EventType.allCases.map { ($0.name, $0.title) })
      + table("tones", EventType.allCases.map { ($0.name, $0.tone.rawValue) })
      + table("reasons", DenialReason.allCases.map { ($0.rawValue, $0.sentence) }) + "\n"
  }

  /// An embedded file without its last line's end, so that parts can be joined.
  private static func text(_ bytes: [UInt8]) -> String {
    String(
      decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
  }

  private static func table(_ name: String, _ rows: [(key: String, text: String)]) -> String {
    let lines = rows.map { "  \(quoted($0.key)): \(quoted($0.text))," }
    return "\nT.\(name) = {\n" + lines.joined(separator: "\n") + "\n};"
  }

  /// A string of JSON is one of JavaScript.
  private static func quoted(_ text: String) -> String {
    let escaped = text.map { character in
      switch character {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      default: String(character)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
