import DoorCore
public import DoorPorts
public import DoorRules

extension DaemonSettings {
  /// The device of the readers on a simulated OSDP line; nil when there is none.
  public var simulatedLine: String? {
    let isWanted = readers.contains { $0.osdp?.line == OSDPKeys.simulatedLine }
    return isWanted ? stateFolder + "/simulated-line" : nil
  }

  /// The device that a reader's OSDP line is.
  public func device(of osdp: OSDP) -> String {
    osdp.line == OSDPKeys.simulatedLine ? simulatedLine ?? osdp.line : osdp.line
  }

  /// The lines of doors that are at this reader, which an OSDP line has.
  public func lines(at reader: ReaderID) -> ReaderLines {
    var lines = ReaderLines()
    for door in doors {
      if let relay = door.relay, relay.reader == reader {
        lines.outputs.append(
          .init(line: .relay(door.id), number: relay.line, activeLow: relay.activeLow))
      }
      for (line, place) in [
        (InputLine.contact(door.id), door.contact), (.requestToExit(door.id), door.exit),
      ] {
        guard let place, place.reader == reader else { continue }
        lines.inputs.append(.init(line: line, number: place.line, activeLow: place.activeLow))
      }
    }
    return lines
  }

  /// Every line of a chip that is wired, with its polarity. Simulated hardware has none.
  public var linePlan: LinePlan {
    var plan = LinePlan(inputs: [], outputs: [])
    func input(_ line: InputLine, _ place: Line?) {
      guard let place, place.reader == nil else { return }
      let bias = LinePlan.Bias(rawValue: place.bias.rawValue) ?? .asIs
      plan.inputs.append(
        .init(line: line, place: self.place(place), activeLow: place.activeLow, bias: bias))
    }
    func output(_ line: OutputLine, _ place: Line?) {
      guard let place, place.reader == nil else { return }
      plan.outputs.append(
        .init(line: line, place: self.place(place), activeLow: place.activeLow))
    }
    for door in doors {
      output(.relay(door.id), door.relay)
      input(.contact(door.id), door.contact)
      input(.requestToExit(door.id), door.exit)
      input(.lockCurrent(door.id), door.lockCurrent)
    }
    input(.fire, hardware.fire)
    input(.tamper, hardware.tamper)
    input(.plan, hardware.plan)
    input(.mains, hardware.mains)
    input(.battery, hardware.battery)
    for auxiliary in hardware.auxiliaryInputs { input(.auxiliary(auxiliary.id), auxiliary.line) }
    for auxiliary in hardware.auxiliaryOutputs {
      output(.auxiliary(auxiliary.id), auxiliary.line)
    }
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
