import DoorPorts
import DoorRules

/// The controller, its hardware and inputs, and how the daemon runs.
enum BasicKeys {
  static let controller = SettingsSection(
    title: "Controller and hardware", text: "",
    keys: [
      .identifier(
        "controller.id", .at(\.controller), .required(nil),
        about: "The controller's name at the broker and in every event."),
      .text(
        "state.folder", .at(\.stateFolder), .folder,
        about: "The folder of the databases: the event log and the credential cache."),
      .number(
        "state.lookUpDeadlineMilliseconds", .at(\.deadlines.lookUpMilliseconds),
        RuntimeTimes.lookUpDeadlineMilliseconds.range,
        about:
          "How long a card, a PIN or a phone waits for the credential store; then it is denied."),
      .value(
        "hardware.driver", .choice(DaemonSettings.Hardware.Driver.allCases.map(\.rawValue)),
        .required("`gpiod`, or `simulated` to have no hardware"),
        about:
          "`gpiod` drives real lines; `simulated` has none, and marks every event as simulated.",
        get: { .text($0.hardware.driver.rawValue) },
        read: { reader, path, settings in
          // No default: leaving a key out must never give somebody simulated hardware.
          reader.context.driver = reader.choice(path, of: DaemonSettings.Hardware.Driver.self)
          if let driver = reader.context.driver { settings.hardware.driver = driver }
        }),
      .number(
        "hardware.pollMilliseconds", .at(\.hardware.pollMilliseconds),
        RuntimeTimes.pollMilliseconds.range,
        about:
          "How often the level of a contact, exit or site input is read whose chip reports no edges, such as a port expander without an interrupt line. `postern status` names those inputs. A reader's data lines cannot be read like that."
      ),
      .number(
        "hardware.staggerMilliseconds", .at(\.hardware.staggerMilliseconds),
        RuntimeTimes.staggerMilliseconds.range,
        about:
          "How far apart the locks of several doors switch when they lock, or when their schedule opens them, so that not all coils pull at once. Leaving, the fire alarm, badges and orders to open never wait. No lock waits for longer than a second; 0 switches all at once."
      ),
    ])

  static let site = SettingsSection(
    title: "Site inputs", text: "Each is a line; see Lines.",
    keys: [
      .line("site.fire", \.hardware.fire, .input, about: "The building's fire alarm."),
      .line(
        "site.tamper", \.hardware.tamper, .input,
        about: "The switch that opens with the controller's box."),
      .line(
        "site.plan", \.hardware.plan, .input,
        about: "A button that starts each plan whose `startedBy` has `input`."),
      .line(
        "site.mains", \.hardware.mains, .input,
        about: "The supply's signal that mains is lost: active while it is."),
      .line(
        "site.battery", \.hardware.battery, .input,
        about:
          "The supply's signal that its battery is low, missing or broken: active while it is."),
    ])

  static let running = SettingsSection(
    title: "Events, clock, log", text: "",
    keys: [
      .number(
        "events.commitDeadlineMilliseconds", .at(\.deadlines.commitMilliseconds),
        RuntimeTimes.commitDeadlineMilliseconds.range,
        about: "How long an unlock waits for its event to be on disk."),
      .choice(
        "clock.assumeTrust", .at(\.assumedClockTrust), fallback: "the kernel's report",
        about: "For development: the trust of the clock, in place of the kernel's report."),
      .choice(
        "log.level",
        SettingsField(
          get: { DaemonSettings.LogLevel(rawValue: $0.logLevel) },
          set: { $0.logLevel = $1.rawValue }),
        about: "The least severe messages that are logged."),
    ])
}
