import DoorRules

/// The kinds of keys.
extension SettingsKey {
  private static func value<Value>(
    _ name: String, _ field: SettingsField<Root, Value>, _ kind: SettingsEntry.Kind,
    _ presence: SettingsPresence, about: String, fallback: String? = nil,
    isSecret: Bool = false, show: @escaping @Sendable (Value) -> SettingsValue,
    read: @escaping @Sendable (inout SettingsReader, [String]) -> Value?
  ) -> SettingsKey {
    .value(
      name, kind, presence, about: about, fallback: fallback, isSecret: isSecret,
      get: { field.get($0).map(show) },
      read: { reader, path, root in
        if let value = read(&reader, path) { field.set(&root, value) }
      })
  }

  static func text(
    _ name: String, _ field: SettingsField<Root, String>,
    _ kind: SettingsEntry.Kind = .text("text"), _ presence: SettingsPresence = .optional,
    fallback: String? = nil, isSecret: Bool = false, about: String
  ) -> SettingsKey {
    .value(
      name, field, kind, presence, about: about, fallback: fallback, isSecret: isSecret,
      show: { .text($0) }, read: { reader, path in reader.text(path) })
  }

  static func file(
    _ name: String, _ field: SettingsField<Root, String>,
    _ presence: SettingsPresence = .optional, about: String
  ) -> SettingsKey {
    .text(name, field, .file, presence, about: about)
  }

  /// A number; `scale` of the field's units are one of the key's.
  static func number(
    _ name: String, _ field: SettingsField<Root, Int>, _ range: ClosedRange<Int>,
    scale: Int = 1, fallback: String? = nil, about: String
  ) -> SettingsKey {
    .value(
      name, field, .number(range), .optional, about: about, fallback: fallback,
      show: { .number($0 / scale) },
      read: { reader, path in reader.integer(path, in: range).map { $0 * scale } })
  }

  static func flag(
    _ name: String, _ field: SettingsField<Root, Bool>, fallback: String? = nil, about: String
  ) -> SettingsKey {
    .value(
      name, field, .flag, .optional, about: about, fallback: fallback, show: { .flag($0) },
      read: { reader, path in reader.flag(path) })
  }

  /// One of a closed list of words.
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ field: SettingsField<Root, Value>,
    _ presence: SettingsPresence = .optional, fallback: String? = nil, about: String
  ) -> SettingsKey {
    .value(
      name, field, .choice(Value.allCases.map(\.rawValue)), presence, about: about,
      fallback: fallback,
      show: { .text($0.rawValue) },
      read: { reader, path in reader.choice(path, of: Value.self) })
  }

  static func identifier<Kind: IdentifierKind>(
    _ name: String, _ field: SettingsField<Root, Identifier<Kind>>,
    _ presence: SettingsPresence = .optional, about: String
  ) -> SettingsKey {
    .value(
      name, field, .text("a name"), presence, about: about, show: { .text($0.rawValue) },
      read: { reader, path in reader.identifier(at: path) })
  }

  /// A list of texts; an empty one counts as left out.
  static func list(
    _ name: String, _ field: SettingsField<Root, [String]>, _ what: String, about: String
  ) -> SettingsKey {
    .value(
      name, .list(what), about: about, fallback: "none",
      get: { field.get($0).flatMap { $0.isEmpty ? nil : .list($0) } },
      read: { reader, path, root in
        if let list = reader.list(path) { field.set(&root, list) }
      })
  }

  /// A list of names, perhaps empty, of which the rows after it describe each.
  static func optionalNames(
    _ name: String, _ known: any WritableKeyPath<SettingsReader, [String]> & Sendable,
    shown: @escaping @Sendable (Root) -> [String], about: String
  ) -> SettingsKey {
    .value(
      name, .list("names"), about: about, fallback: "none",
      get: { shown($0).isEmpty ? nil : .list(shown($0)) },
      read: { reader, path, _ in reader[keyPath: known] = reader.names(path) })
  }

  /// A list of names, at least one, of which the rows after it describe each.
  static func names(
    _ name: String, _ known: any WritableKeyPath<SettingsReader, [String]> & Sendable,
    shown: @escaping @Sendable (Root) -> [String], about: String
  ) -> SettingsKey {
    .value(
      name, .list("names"), .required("name at least one"), about: about, get: { .list(shown($0)) },
      read: { reader, path, _ in reader[keyPath: known] = reader.names(path) })
  }
}
