/// Everything that is wrong with a document, by path.
public struct ValidationFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Most problems that are listed; further ones are only counted.
  public static let problemsMax = 100

  /// At least one, in the order of the document; at most ``problemsMax`` and one that counts the
  /// rest.
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

  /// The same problems with paths relative to `prefix`, such as `body.`.
  func below(_ prefix: String) -> ValidationFailure {
    ValidationFailure(problems: Self.below(prefix, problems))
  }

  static func below(_ prefix: String, _ problems: [Problem]) -> [Problem] {
    problems.map {
      $0.path.hasPrefix(prefix)
        ? Problem(path: String($0.path.dropFirst(prefix.count)), message: $0.message) : $0
    }
  }

  /// The error of a decoder, with its coding path; `depth` keys of it are left out.
  public init(decoding error: any Error, below depth: Int = 0) {
    guard let error = error as? DecodingError else {
      self.init(path: "", message: "cannot be read: \(error)")
      return
    }
    switch error {
    case .typeMismatch(let type, let context):
      self.init(
        path: Self.path(context.codingPath.dropFirst(depth)),
        message: "is not \(Self.word(for: type))")
    case .valueNotFound(let type, let context):
      self.init(
        path: Self.path(context.codingPath.dropFirst(depth)),
        message: "is null, expected \(Self.word(for: type))")
    case .keyNotFound(let key, let context):
      self.init(
        path: Self.path((context.codingPath + [key]).dropFirst(depth)), message: "is missing")
    case .dataCorrupted(let context):
      self.init(
        path: Self.path(context.codingPath.dropFirst(depth)), message: context.debugDescription)
    @unknown default:
      self.init(path: "", message: "cannot be read: \(error)")
    }
  }

  /// All problems, one a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }

  /// A coding path as `doors[1].name`.
  static func path(_ keys: some Sequence<any CodingKey>) -> String {
    keys.reduce(into: "") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
  }

  /// The JSON name of a Swift type.
  static func word(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is any FixedWidthInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is any Collection.Type where "\(type)".hasPrefix("Array"): "a list"
    default: "an object"
    }
  }
}
