import DoorCore
public import DoorPorts

extension DaemonSettings {
  /// Every line that is wired, with its polarity. Simulated hardware has none.
  public var linePlan: LinePlan {
    var plan = LinePlan(inputs: [], outputs: [])
    func input(_ line: InputLine, _ place: Line?) {
      guard let place else { return }
      let bias = LinePlan.Bias(rawValue: place.bias.rawValue) ?? .asIs
      plan.inputs.append(
        .init(line: line, place: self.place(place), activeLow: place.activeLow, bias: bias))
    }
    func output(_ line: OutputLine, _ place: Line?) {
      guard let place else { return }
      plan.outputs.append(
        .init(line: line, place: self.place(place), activeLow: place.activeLow))
    }
    for door in doors {
      output(.relay(door.id), door.relay)
      input(.contact(door.id), door.contact)
      input(.requestToExit(door.id), door.exit)
    }
    input(.fire, hardware.fire)
    input(.tamper, hardware.tamper)
    for reader in readers {
      input(.data0(reader.id), reader.data0)
      input(.data1(reader.id), reader.data1)
      output(.led(reader.id), reader.led)
      output(.beeper(reader.id), reader.beeper)
    }
    return plan
  }

  private func place(_ line: Line) -> LinePlan.Place {
    LinePlan.Place(chip: line.chip, offset: line.line)
  }
}
