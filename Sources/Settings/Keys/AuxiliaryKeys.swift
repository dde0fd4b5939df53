import DoorCore
import DoorRules

/// Inputs and outputs that belong to no door.
enum AuxiliaryKeys {
  static let section = SettingsSection(
    title: "Auxiliary inputs and outputs",
    text: """
      `input.NAME` describes an input of `inputs`, `output.NAME` an output of `outputs`: a switch, a \
      detector, a siren, a light, a lift button. What they do, the `automations` of the configuration \
      say. Each is a line; see Lines. With simulated hardware they need no lines.
      """,
    keys: [
      .optionalNames(
        "inputs", \.context.inputNames,
        shown: { $0.hardware.auxiliaryInputs.map(\.id.rawValue) },
        about: "The names of auxiliary inputs."),
      .each(
        "input", of: \.context.inputNames, \.hardware.auxiliaryInputs,
        named: { $0.id.rawValue },
        blank: { name in (InputID(name) ?? InputID("unnamed")).map { .init(id: $0) } },
        [
          .line("", \.line, .auxiliaryInput, about: "The line of an auxiliary input."),
          .number(
            "debounceMilliseconds", .at(\.debounceMilliseconds), 1...60_000,
            about: "How long the input must be steady before its level counts."),
        ],
        check: { reader, path, _ in
          let _: InputID? = reader.identifier(path.last ?? "", ["inputs"])
        }),
      .optionalNames(
        "outputs", \.context.outputNames,
        shown: { $0.hardware.auxiliaryOutputs.map(\.id.rawValue) },
        about: "The names of auxiliary outputs."),
      .each(
        "output", of: \.context.outputNames, \.hardware.auxiliaryOutputs,
        named: { $0.id.rawValue },
        blank: { name in (OutputID(name) ?? OutputID("unnamed")).map { .init(id: $0) } },
        [.line("", \.line, .auxiliaryOutput, about: "The line of an auxiliary output.")],
        check: { reader, path, _ in
          let _: OutputID? = reader.identifier(path.last ?? "", ["outputs"])
        }),
    ])
}
