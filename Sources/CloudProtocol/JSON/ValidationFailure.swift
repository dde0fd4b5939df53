/// Everything that is wrong with a document, by path.
public struct ValidationFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The most problems that are listed; a document with more names the first ones and counts
  /// the rest.
  public static let problemsMax = 100

  /// At least one, in the order of the document, at most ``problemsMax`` and one that counts.
  public let problems: [Problem]

  public init(problems: [Problem]) {
    var told = problems.prefix(Self.problemsMax).map(\.printable)
    let excess = problems.count - told.count
    if excess > 0 { told.append(Problem(path: "", message: "and \(excess) more problems")) }
    self.problems = told
  }

  /// A single problem.
  public init(path: String, message: String) {
    self.init(problems: [Problem(path: path, message: message)])
  }

  /// The same problems seen from below `prefix`, such as `body.`.
  func below(_ prefix: String) -> ValidationFailure {
    ValidationFailure(
      problems: problems.map {
        $0.path.hasPrefix(prefix)
          ? Problem(path: String($0.path.dropFirst(prefix.count)), message: $0.message) : $0
      })
  }

  /// What a decoder found, with its coding path.
  public init(decoding error: any Error) {
    guard let error = error as? DecodingError else {
      self.init(path: "", message: "cannot be read: \(error)")
      return
    }
    switch error {
    case .typeMismatch(let type, let context):
      self.init(path: Self.path(context.codingPath), message: "is not \(Self.word(for: type))")
    case .valueNotFound(let type, let context):
      self.init(
        path: Self.path(context.codingPath), message: "is null, expected \(Self.word(for: type))")
    case .keyNotFound(let key, let context):
      self.init(path: Self.path(context.codingPath + [key]), message: "is missing")
    case .dataCorrupted(let context):
      self.init(path: Self.path(context.codingPath), message: context.debugDescription)
    @unknown default:
      self.init(path: "", message: "cannot be read: \(error)")
    }
  }

  /// All problems, one a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }

  /// A coding path as `doors[1].name`.
  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
  }

  /// JSON's word for a Swift type.
  private static func word(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is any FixedWidthInteger.Type: "a whole number"
    case is any Collection.Type where "\(type)".hasPrefix("Array"): "a list"
    default: "an object"
    }
  }
}

extension Problem {
  /// The most characters of path or message that are told.
  static let charactersMax = 300

  /// Both may quote the document; what could break a log line or a screen is left out.
  fileprivate var printable: Problem {
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
