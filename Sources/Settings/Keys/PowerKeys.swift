import DoorCore
import DoorRules

/// What the controller does when its supply has lost mains.
enum PowerKeys {
  static let section = SettingsSection(
    title: "Power", text: "What happens without mains; `deploy/power.md` says more.",
    keys: [
      .value(
        "power.failingMinutes", .number(PowerSettings.minutesRange),
        about:
          "After how many minutes without mains a low battery counts as about to fail: a door with `onBatteryLow: release` is released then, until mains is back.",
        get: { .number($0.hardware.power.failingMinutes) },
        read: { reader, path, settings in
          if let minutes = reader.integer(path, in: PowerSettings.minutesRange) {
            settings.hardware.power.failingMinutes = minutes
          }
          check(&reader, settings)
        }),
      .number(
        "power.shedMinutes", .at(\.hardware.power.shedMinutes), PowerSettings.minutesRange,
        about: "After how many minutes without mains `power.shed` is switched off."),
      .value(
        "power.shed",
        .list("of \(PowerLoad.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))"),
        about:
          "What is switched off then, until mains is back, to save the battery: what readers show, what they sound, telemetry more often than every 15 minutes. Needs `site.mains`. Locks, exit inputs, fire and contacts go on.",
        fallback: "none",
        get: { settings in
          let loads = PowerLoad.allCases.filter(settings.hardware.power.shed.contains)
          return loads.isEmpty ? nil : .list(loads.map(\.rawValue))
        },
        read: readShed),
    ])

  private static let readShed: SettingsKey<DaemonSettings>.Read = { reader, path, settings in
    for word in reader.list(path) ?? [] {
      guard let load = PowerLoad(rawValue: word) else {
        let allowed = PowerLoad.allCases.map(\.rawValue).joined(separator: ", ")
        reader.note(path, "\(reader.shown(word)) is none of: \(allowed)")
        continue
      }
      settings.hardware.power.shed.insert(load)
    }
    if !settings.hardware.power.shed.isEmpty, reader.context.driver == .gpiod,
      settings.hardware.mains == nil
    {
      reader.note(path, "needs `site.mains`")
    }
  }

  /// A door is released for a low battery only where that can be known, and helps.
  private static func check(_ reader: inout SettingsReader, _ settings: DaemonSettings) {
    for door in settings.doors where door.onBatteryLow == .release {
      let path = ["door", door.id.rawValue, "onBatteryLow"]
      if !door.failSafe {
        reader.note(
          path,
          "release needs `failSafe`: a lock that opens with current would empty the battery, and lock again"
        )
      }
      guard reader.context.driver == .gpiod else { continue }
      for (name, line) in [
        ("site.mains", settings.hardware.mains), ("site.battery", settings.hardware.battery),
      ] where line == nil {
        reader.note(path, "release needs `\(name)`")
      }
    }
  }
}
