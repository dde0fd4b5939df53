/// Where a key's value stands in its root: a property, or an optional one.
struct SettingsField<Root, Value>: Sendable {
  let get: @Sendable (Root) -> Value?
  let set: @Sendable (inout Root, Value) -> Void

  static func at(_ path: any WritableKeyPath<Root, Value> & Sendable) -> SettingsField {
    SettingsField(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  static func at(_ path: any WritableKeyPath<Root, Value?> & Sendable) -> SettingsField {
    SettingsField(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }
}
