import DoorCore
import Settings

/// The settings in the terms of the core.
enum Wiring {
  static func layout(_ settings: DaemonSettings) -> ControllerLayout {
    let isSimulated = settings.driver == .simulated
    return ControllerLayout(
      doors: settings.doors.map {
        .init(
          id: $0.id, hasContact: $0.hasContact, timing: $0.timing, interlock: $0.interlock)
      },
      readers: settings.readers.map {
        .init(
          id: $0.id, door: $0.door, formats: $0.formats, keypad: $0.keypad,
          hasLED: isSimulated || $0.led != nil, hasBeeper: isSimulated || $0.beeper != nil,
          entry: $0.entry, tamperCodes: $0.tamperCodes, patterns: $0.patterns)
      })
  }
}
