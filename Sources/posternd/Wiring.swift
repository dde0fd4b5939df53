import DoorCore
import GPIOLinux
import Settings

/// The settings' lines in the terms of the core and of the lines' adapter.
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

  static func plan(_ settings: DaemonSettings) -> LinePlan {
    var plan = LinePlan(inputs: [], outputs: [])
    func input(_ line: InputLine, _ place: DaemonSettings.Line?) {
      guard let place else { return }
      let bias = LinePlan.Bias(rawValue: place.bias.rawValue) ?? .asIs
      plan.inputs.append(
        .init(line: line, place: self.place(place), activeLow: place.activeLow, bias: bias))
    }
    func output(_ line: OutputLine, _ place: DaemonSettings.Line?) {
      guard let place else { return }
      plan.outputs.append(
        .init(line: line, place: self.place(place), activeLow: place.activeLow))
    }
    for door in settings.doors {
      output(.relay(door.id), door.relay)
      input(.contact(door.id), door.contact)
      input(.requestToExit(door.id), door.exit)
    }
    input(.fire, settings.fire)
    input(.tamper, settings.tamper)
    for reader in settings.readers {
      input(.data0(reader.id), reader.data0)
      input(.data1(reader.id), reader.data1)
      output(.led(reader.id), reader.led)
      output(.beeper(reader.id), reader.beeper)
    }
    return plan
  }

  private static func place(_ line: DaemonSettings.Line) -> LinePlan.Place {
    LinePlan.Place(chip: line.chip, offset: line.line)
  }
}
