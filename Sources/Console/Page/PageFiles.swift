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

  /// Every word of the page, with the reasons in the words of the rules.
  private static var texts: String {
    let reasons = DenialReason.allCases.map { reason in
      "  \(quoted(reason.rawValue)): \(quoted(reason.sentence)),"
    }
    return pageTexts + "\nT.reasons = {\n" + reasons.joined(separator: "\n") + "\n};\n"
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
