/// Some keys that belong together: a chapter of the page of settings.
struct SettingsSection: Sendable {
  var title: String
  /// What an operator must know about all of them; Markdown.
  var text: String
  var keys: [SettingsKey<DaemonSettings>]
}

/// The table of settings: each key once, with its type, its range, whether it is secret and what it
/// is for; its default is the value of a root that nothing was read into. Reading, `config show`,
/// the suggestions of `config check` and `deploy/SETTINGS.md` all go over these rows.
enum SettingsKeys {
  /// In the order in which they are read and in which problems are reported.
  static let sections = [
    BasicKeys.controller, DoorKeys.section, FormatKeys.section, ReaderKeys.section,
    BasicKeys.site, PowerKeys.section, AuxiliaryKeys.section, CredentialKeys.section,
    BrokerKeys.section,
    ConsoleKeys.section,
    BasicKeys.running,
  ]

  static let all = sections.flatMap(\.keys)
}
