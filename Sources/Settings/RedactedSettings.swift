/// The settings that count, with what was left out filled in, in the structure of the file: for
/// people (``text``, which is YAML) and for programs (encoded). Secrets are in files of their own, of
/// which only the paths are here; what is secret in the settings themselves is not shown.
public struct RedactedSettings: Sendable, Encodable {
  private var root = SettingsTree.mapping([])

  public init(_ settings: DaemonSettings) {
    for leaf in settings.leaves {
      root.insert(leaf.isSecret ? .text("<redacted>") : leaf.value, at: leaf.path[...])
    }
  }

  /// As a settings file.
  public var text: String { root.yaml(indent: "") }

  public func encode(to encoder: any Encoder) throws { try root.encode(to: encoder) }
}

extension DaemonSettings {
  /// Each value, in the order of the table.
  var leaves: [SettingsLeaf] { SettingsKeys.all.flatMap { $0.leaves(self, []) } }
}
