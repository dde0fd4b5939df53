/// One thing that is wrong in a document.
public struct Problem: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Where, such as `doors[1].holdTimeSeconds`.
  public var path: String
  /// What is wrong, and what is allowed.
  public var message: String

  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

extension Problem {
  /// Most characters of a path or message.
  static let charactersMax = 300

  /// Path and message may quote the document; characters that could break a log line or a screen
  /// are replaced.
  var printable: Problem {
    func clean(_ text: String) -> String {
      var result = String.UnicodeScalarView()
      for scalar in text.unicodeScalars.prefix(Self.charactersMax) {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format: result.append("?")
        default: result.append(scalar)
        }
      }
      return String(result)
    }
    return Problem(path: clean(path), message: clean(message))
  }
}
