public import DoorRules

/// The auxiliary inputs and outputs of a controller.
public struct AuxiliaryNames: Sendable, Hashable {
  public var inputs: Set<InputID>
  public var outputs: Set<OutputID>

  public init(inputs: Set<InputID>, outputs: Set<OutputID>) {
    self.inputs = inputs
    self.outputs = outputs
  }
}

extension AutomationDocument {
  /// What it names and nobody wired, each by its path: it would wait for ever, or do nothing.
  func missing(of wired: AuxiliaryNames) -> [(path: String, what: String)] {
    var missing: [(path: String, what: String)] = []
    func input(_ name: String?, _ path: String) {
      guard let name, InputID(name).map(wired.inputs.contains) != true else { return }
      missing.append((path, "the input \(name)"))
    }
    input(when.input, "when.input")
    `while`?.eachInput("while", input)
    for (index, action) in then.enumerated() {
      input(action.mask, "then[\(index)].mask")
      guard let name = action.output, OutputID(name).map(wired.outputs.contains) != true else {
        continue
      }
      missing.append(("then[\(index)].output", "the output \(name)"))
    }
    return missing
  }
}

extension AutomationWhileDocument {
  /// Calls `note` with each input that it names, and its path.
  fileprivate func eachInput(_ path: String, _ note: (String?, String) -> Void) {
    note(input, "\(path).input")
    for (name, parts) in [("all", all), ("any", any)] {
      for (index, part) in (parts ?? []).enumerated() {
        part.eachInput("\(path).\(name)[\(index)]", note)
      }
    }
    not?.eachInput("\(path).not", note)
  }
}
