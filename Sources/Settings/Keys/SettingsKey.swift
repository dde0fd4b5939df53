/// A row of the table of settings: a key of a `Root`, and how it is read and shown. Whatever is
/// done for every key (reading, showing, checking files, the page of settings) goes over the rows.
struct SettingsKey<Root>: Sendable {
  typealias Read = @Sendable (inout SettingsReader, [String], inout Root) -> Void
  /// Below the root.
  let path: [String]
  let presence: SettingsPresence
  /// Puts what is at the path into the root, if anything is, and notes what is wrong.
  let read: Read
  /// The rows of the page, for a root that nothing was read into.
  let entries: @Sendable (_ blank: Root, _ path: [String]) -> [SettingsEntry]
  /// What the root has at this key.
  let leaves: @Sendable (Root, _ path: [String]) -> [SettingsLeaf]
}

extension SettingsKey {
  /// A single key. `fallback` is the default on the page, when the blank root's value is not.
  static func value(
    _ name: String, _ kind: SettingsEntry.Kind, _ presence: SettingsPresence = .optional,
    about: String, fallback: String? = nil, isSecret: Bool = false,
    get: @escaping @Sendable (Root) -> SettingsValue?, read: @escaping Read
  ) -> SettingsKey {
    let below = name.split(separator: ".").map(String.init)
    return SettingsKey(
      path: below, presence: presence,
      read: { reader, path, root in read(&reader, path + below, &root) },
      entries: { blank, path in
        let unset = presence == .optional ? get(blank).map(\.shown) : nil
        return [
          SettingsEntry(
            path: path + below, kind: kind, presence: presence, fallback: fallback ?? unset,
            isSecret: isSecret, about: about)
        ]
      },
      leaves: { root, path in
        get(root).map {
          [SettingsLeaf(path: path + below, kind: kind, isSecret: isSecret, value: $0)]
        } ?? []
      })
  }

  /// A section that may be missing: it is there when one of its keys is set and `check` agrees,
  /// which notes what is wrong with the values together.
  static func optional<Value>(
    _ name: String, _ field: any WritableKeyPath<Root, Value?> & Sendable, blank: Value,
    _ keys: [SettingsKey<Value>],
    check: @escaping @Sendable (inout SettingsReader, [String], inout Value) -> Bool
  ) -> SettingsKey where Value: Sendable {
    let below = name.split(separator: ".").map(String.init)
    return SettingsKey(
      path: below, presence: .optional,
      read: { reader, path, root in
        let path = path + below
        var value = blank
        for key in keys { key.read(&reader, path, &value) }
        guard reader.isGiven(below: path) else { return }
        for key in keys { reader.demand(key, at: path) }
        if check(&reader, path, &value) { root[keyPath: field] = value }
      },
      entries: { _, path in
        keys.flatMap { $0.entries(blank, path + below) }.map { entry in
          var entry = entry
          if entry.optionalSection == nil { entry.optionalSection = path + below }
          return entry
        }
      },
      leaves: { root, path in
        guard let value = root[keyPath: field] else { return [] }
        return keys.flatMap { $0.leaves(value, path + below) }
      })
  }

  /// A section for each name of a list, such as `door.NAME` for each of `doors`. `check` notes
  /// what is wrong with the values together.
  static func each<Value>(
    _ name: String, of names: any KeyPath<SettingsReader, [String]> & Sendable,
    _ field: any WritableKeyPath<Root, [Value]> & Sendable,
    named: @escaping @Sendable (Value) -> String,
    blank: @escaping @Sendable (String) -> Value?, _ keys: [SettingsKey<Value>],
    check: @escaping @Sendable (inout SettingsReader, [String], inout Value) -> Void
  ) -> SettingsKey {
    SettingsKey(
      path: [name], presence: .optional,
      read: { reader, path, root in
        for item in reader[keyPath: names] {
          guard var value = blank(item) else { continue }
          let path = path + [name, item]
          reader.fill(&value, keys, at: path)
          check(&reader, path, &value)
          root[keyPath: field].append(value)
        }
      },
      entries: { _, path in
        guard let blank = blank("NAME") else { return [] }
        return keys.flatMap { $0.entries(blank, path + [name, "NAME"]) }
      },
      leaves: { root, path in
        root[keyPath: field].flatMap { value in
          keys.flatMap { $0.leaves(value, path + [name, named(value)]) }
        }
      })
  }
}
