import CloudProtocol
import DoorRules
import Foundation

/// The files of the web page. They are part of the program: nothing is fetched from elsewhere, and
/// nothing can be missing on the disk.
enum PageFiles {
  struct File: Sendable {
    var path: String
    var type: String
    var text: String
  }

  static let all: [File] = [
    File(path: "/", type: "text/html; charset=utf-8", text: pageHTML),
    File(path: "/style.css", type: "text/css; charset=utf-8", text: pageStyle),
    File(path: "/texts.js", type: "text/javascript; charset=utf-8", text: texts),
    File(
      path: "/app.js", type: "text/javascript; charset=utf-8",
      text: [
        pageCore, pageDoors, pageLive, pageHours, pagePlace, pageHealth, pageExplain, pagePanel,
        pageStart,
      ].joined(separator: "\n")),
  ]

  /// The page's texts, with the events and reasons as the registries name them.
  private static var texts: String {
    pageTexts
      + table("events", EventType.allCases.map { ($0.name, $0.title) })
      + table("tones", EventType.allCases.map { ($0.name, $0.tone.rawValue) })
      + table("reasons", DenialReason.allCases.map { ($0.rawValue, $0.sentence) }) + "\n"
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
