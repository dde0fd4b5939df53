import Configuration
import DoorRules

/// Reads typed values by path and collects what is wrong, so that one start shows every error.
struct SettingsReader {
  /// The most characters of a wrong value that a message repeats.
  static let shownCharactersMax = 64

  let document: SettingsDocument
  /// The environment variables that are meant for the daemon.
  let variables: [String: String]
  private let config: ConfigReader
  private let recorder: AccessRecorder
  private(set) var problems: [SettingsProblem] = []
  /// Keys that were asked for: everything else in the file is a slip.
  private(set) var known: Set<String> = []
  /// Where the value of a key came from, in words.
  private var origins: [String: String] = [:]

  init(document: SettingsDocument, variables: [String: String], file: any ConfigProvider) {
    self.document = document
    self.variables = variables
    recorder = AccessRecorder()
    config = ConfigReader(
      providers: [
        EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "postern"),
        file,
      ], accessReporter: recorder)
  }

  /// Variables that would override a key of those that were asked for.
  var knownVariables: Set<String> { recorder.names }

  mutating func note(_ path: [String], _ message: String) {
    note(path.joined(separator: "."), message)
  }

  mutating func note(_ path: String, _ message: String) {
    let origin = origins[path].map { " (\($0))" } ?? ""
    problems.append(SettingsProblem(path: path, message: message + origin))
  }

  /// Nil when absent or left empty.
  mutating func text(_ path: String...) -> String? { text(path) }

  mutating func text(_ path: [String]) -> String? {
    let value = config.string(forKey: ConfigKey(path))
    guard let shape = came(from: path) else { return value.flatMap { $0.isEmpty ? nil : $0 } }
    switch shape {
    case .value:
      return value.flatMap { $0.isEmpty ? nil : $0 }
    case .list:
      note(path, "must be one value, not a list")
      return nil
    case .nothing:
      return nil
    }
  }

  mutating func required(_ path: String...) -> String? {
    let before = problems.count
    let value = text(path)
    if value == nil, problems.count == before { note(path, "is missing") }
    return value
  }

  /// Nil when absent; otherwise without empty entries.
  mutating func list(_ path: [String]) -> [String]? {
    let values = config.stringArray(forKey: ConfigKey(path))?.filter { !$0.isEmpty }
    switch came(from: path) {
    case .value:
      note(path, "must be a list, such as [one, two]")
      return nil
    case .nothing:
      return nil
    case .list, nil:
      return values
    }
  }

  /// Keeps where the value of `path` came from; the file's shape, unless a variable won.
  private mutating func came(from path: [String]) -> SettingsDocument.Shape? {
    let key = path.joined(separator: ".")
    known.insert(key)
    if let variable = recorder.overriding {
      origins[key] = "from \(variable)"
      return nil
    }
    guard let leaf = document.leaf(at: key) else { return nil }
    origins[key] = leaf.line.map { "line \($0)" }
    return leaf.shape
  }

  mutating func integer(_ path: [String], in range: ClosedRange<Int>) -> Int? {
    guard let value = text(path) else { return nil }
    guard let number = Int(value), range.contains(number) else {
      note(
        path,
        "\(shown(value)) is not a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  mutating func flag(_ path: [String]) -> Bool? {
    guard let value = text(path) else { return nil }
    switch value {
    case "true": return true
    case "false": return false
    default:
      note(path, "\(shown(value)) is neither true nor false")
      return nil
    }
  }

  mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ path: [String], of type: Value.Type
  ) -> Value? {
    guard let value = text(path) else { return nil }
    guard let choice = Value(rawValue: value) else {
      let allowed = Value.allCases.map(\.rawValue).joined(separator: ", ")
      note(path, "\(shown(value)) is none of: \(allowed)")
      return nil
    }
    return choice
  }

  mutating func identifier<Kind>(_ text: String, _ path: [String]) -> Identifier<Kind>? {
    let id = Identifier<Kind>(text)
    if id == nil { note(path, "\(shown(text)) must be \(Identifier<Kind>.grammar)") }
    return id
  }

  /// A value for a message: quoted, and not longer than it helps.
  func shown(_ value: String) -> String {
    let head = value.prefix(Self.shownCharactersMax)
    return head.count < value.count ? "\"\(head)…\"" : "\"\(value)\""
  }
}
