import Configuration
import DoorRules
import WiegandCodec

/// Reads typed values by path and collects what is wrong, so that one start shows every error.
struct SettingsReader {
  /// The most characters of a wrong value that a message repeats.
  static let shownCharactersMax = 64
  /// The most doors, the most readers, and the most auxiliary inputs or outputs, of one controller.
  static let namesMax = 64
  /// The most formats of an operator.
  static let formatsMax = 32

  let document: SettingsDocument
  /// The environment variables with the daemon's prefix.
  let variables: [String: String]
  private let config: ConfigReader
  private let recorder: AccessRecorder
  private(set) var problems: [SettingsProblem] = []
  /// Keys of the table that were read: every other key of the file is unknown.
  private(set) var known: Set<String> = []
  /// Keys that have a value, right or wrong.
  private var given: Set<String> = []
  /// Where the value of a key came from, for messages.
  private var origins: [String: String] = [:]
  /// What was read already and later keys depend on.
  var context = Context()

  struct Context {
    /// Nil when it is missing or wrong.
    var driver: DaemonSettings.Hardware.Driver?
    var doorNames: [String] = []
    var readerNames: [String] = []
    var inputNames: [String] = []
    var outputNames: [String] = []
    /// As the list has them; those that may be described are in `ownFormatNames`.
    var formatNames: [String] = []
    var ownFormatNames: [String] = []
    var ownFormats: [WiegandFormat] = []
    /// What readers may name.
    var formats: FormatTable { FormatTable(formats: ownFormats + FormatTable.standard.formats) }
    /// Who has a line, by the line.
    var lineUsers: [String: String] = [:]
  }

  init(document: SettingsDocument, variables: [String: String], files: [any ConfigProvider]) {
    self.document = document
    self.variables = variables
    recorder = AccessRecorder()
    config = ConfigReader(
      providers: [
        EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "postern")
      ] + files, accessReporter: recorder)
  }

  /// The variables of the keys that were read.
  var knownVariables: Set<String> { recorder.names }

  mutating func note(_ path: [String], _ message: String) {
    note(path.joined(separator: "."), message)
  }

  mutating func note(_ path: String, _ message: String) {
    let origin = origins[path].map { " (\($0))" } ?? ""
    problems.append(SettingsProblem(path: path, message: message + origin))
  }

  /// Nil when absent or left empty.
  mutating func text(_ path: [String]) -> String? {
    let value = config.string(forKey: ConfigKey(path))
    switch came(from: path) {
    case .list:
      given.insert(path.joined(separator: "."))
      note(path, "must be one value, not a list")
      return nil
    case .nothing:
      return nil
    case .value, nil:
      guard let value, !value.isEmpty else { return nil }
      given.insert(path.joined(separator: "."))
      return value
    }
  }

  /// Nil when absent; otherwise without empty entries.
  mutating func list(_ path: [String]) -> [String]? {
    let values = config.stringArray(forKey: ConfigKey(path))?.filter { !$0.isEmpty }
    switch came(from: path) {
    case .value:
      given.insert(path.joined(separator: "."))
      note(path, "must be a list, such as [one, two]")
      return nil
    case .nothing:
      return nil
    case .list, nil:
      if values?.isEmpty == false { given.insert(path.joined(separator: ".")) }
      return values
    }
  }

  /// Whether something stands at the key.
  func isGiven(_ path: [String]) -> Bool { given.contains(path.joined(separator: ".")) }

  /// Whether something stands at any key of the section.
  func isGiven(below path: [String]) -> Bool {
    let prefix = path.joined(separator: ".") + "."
    return given.contains { $0.hasPrefix(prefix) }
  }

  /// The names in a list such as `doors`, each once.
  mutating func names(_ path: [String]) -> [String] {
    let names = list(path) ?? []
    var unique: [String] = []
    for name in names {
      if unique.contains(name) {
        note(path, "\(shown(name)) is named twice")
      } else {
        unique.append(name)
      }
    }
    guard names.count <= Self.namesMax else {
      note(path, "has \(names.count) names; at most \(Self.namesMax) are allowed")
      return []
    }
    return unique
  }

  /// Records where the value of `path` came from. Returns the shape of the file's value, unless a
  /// variable overrides it.
  private mutating func came(from path: [String]) -> SettingsDocument.Shape? {
    let key = path.joined(separator: ".")
    known.insert(key)
    if let variable = recorder.overriding {
      origins[key] = "from \(variable)"
      return nil
    }
    guard let leaf = document.leaf(at: key) else { return nil }
    origins[key] = leaf.place
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

  mutating func identifier<Kind: IdentifierKind>(at path: [String]) -> Identifier<Kind>? {
    text(path).flatMap { identifier($0, path) }
  }

  mutating func identifier<Kind: IdentifierKind>(_ text: String, _ path: [String]) -> Identifier<
    Kind
  >? {
    let id = Identifier<Kind>(text)
    if id == nil { note(path, "\(shown(text)) must be \(Identifier<Kind>.grammar)") }
    return id
  }

  /// A value for a message: quoted, and cut to a readable length.
  func shown(_ value: String) -> String {
    let head = value.prefix(Self.shownCharactersMax)
    return head.count < value.count ? "\"\(head)…\"" : "\"\(value)\""
  }

  /// Reads every key of a section that must be there.
  mutating func fill<Root>(_ root: inout Root, _ keys: [SettingsKey<Root>], at path: [String] = [])
  {
    for key in keys {
      key.read(&self, path, &root)
      demand(key, at: path)
    }
  }

  /// Notes a key that is missing.
  mutating func demand<Root>(_ key: SettingsKey<Root>, at path: [String]) {
    let place = path + key.path
    guard !isGiven(place) else { return }
    switch key.presence {
    case .optional: return
    case .required(let what): note(place, "is missing" + (what.map { ": \($0)" } ?? ""))
    case .neededBy(let neighbour, let why):
      if isGiven(path + [neighbour]) { note(place, "is missing: \(why)") }
    }
  }
}
