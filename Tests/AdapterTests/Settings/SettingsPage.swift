import Foundation

@testable import Settings

/// `deploy/SETTINGS.md`, printed from the table of settings.
enum SettingsPage {
  static var text: String {
    """
    # Settings

    Every key of `/etc/postern/postern.yaml`, which `posternd` reads at its start. The table in
    `Sources/Settings/Keys` is the source of this page: `POSTERN_UPDATE_DOCS=1 swift test --filter
    SettingsPageTests` prints it anew.

    `postern config check FILE` reports everything that is wrong with a file, and `postern config
    show FILE` shows the settings that count. Neither starts anything. Profiles for known boards are
    in `deploy/profiles`.

    **Environment variables** override the file. The name is `POSTERN_` and the key in capitals, with
    `_` for each dot and for each other character that is neither letter nor digit, and `_` before
    each capital that follows a small letter: `cloud.port` is `POSTERN_CLOUD_PORT`,
    `events.commitDeadlineMilliseconds` is `POSTERN_EVENTS_COMMIT_DEADLINE_MILLISECONDS`,
    `credentials.offlinePINKeyFile` is `POSTERN_CREDENTIALS_OFFLINE_PINKEY_FILE`,
    `reader.front-in.door` is `POSTERN_READER_FRONT_IN_DOOR`. Items of a list are separated by
    commas. An empty value leaves the key out.

    **Secrets** stay in files of their own: the settings only name the files. A value that is marked
    as secret below is never shown.

    A key that is left out has its default. "Required" means that there is no default; where it says
    "with", the key is required only beside the key that is named.

    \(SettingsKeys.sections.map(section).joined(separator: "\n"))
    ## Lines

    Each line of a door, a reader or the site has these keys, for example
    `relay: {chip: pinctrl-bcm2711, line: 26, activeLow: true}`. With `hardware.driver: gpiod` a line
    that is named needs `chip` and `line`; no two lines may be the same one.

    \(table(of: LineKeys.keys(.input).flatMap { $0.entries(LineKeys.Role.input.blank, []) }))
    """
  }

  private static func section(_ section: SettingsSection) -> String {
    guard let blank = DaemonSettings.blank else { return "" }
    let entries = section.keys.flatMap { $0.entries(blank, []) }
    let text = section.text.isEmpty ? "" : section.text + "\n\n"
    return "## \(section.title)\n\n\(text)\(table(of: entries))"
  }

  private static func table(of entries: [SettingsEntry]) -> String {
    let rows = entries.map { entry in
      let about = entry.about + (entry.isSecret ? " Secret." : "")
      let cells = [
        "`\(entry.path.joined(separator: "."))`", kind(entry.kind), fallback(of: entry), about,
      ]
      return "| \(cells.joined(separator: " | ")) |\n"
    }
    return "| key | value | default | what it is for |\n|---|---|---|---|\n\(rows.joined())"
  }

  private static func kind(_ kind: SettingsEntry.Kind) -> String {
    switch kind {
    case .text(let form): form
    case .flag: "`true` or `false`"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .list(let items): "a list of \(items)"
    case .file: "the path of a file"
    case .folder: "the path of a folder"
    case .socket: "the path of a socket"
    case .line: "a line"
    }
  }

  private static func fallback(of entry: SettingsEntry) -> String {
    switch entry.presence {
    case .optional: entry.fallback ?? "none"
    case .required:
      "required"
        + (entry.optionalSection.map { " with any `\($0.joined(separator: "."))` key" } ?? "")
    case .neededBy(let neighbour, _): "required with `\(neighbour)`"
    }
  }
}
