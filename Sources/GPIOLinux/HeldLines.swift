import DoorCore
import DoorPorts

/// The lines of a plan: those that are held, and why the others are not.
struct HeldLines {
  /// A request, and the line that is meant of it. It goes from one thread to another.
  struct Owned: @unchecked Sendable {
    // The kernel takes a request's calls from any thread; only the edge thread reads edges.
    let line: any HeldLine
    let offset: Int

    /// Whether its level must be read, since its chip reports no edges.
    var isPolled: Bool { line.descriptor < 0 }
  }

  private(set) var inputs: [InputLine: Owned] = [:]
  private(set) var outputs: [OutputLine: Owned] = [:]
  private(set) var faults: [String: LineFault] = [:]
  /// The levels of polled inputs, as they were read last.
  private(set) var levels: [InputLine: Bool] = [:]
  /// Counts the changes of ``inputs``, so that the edge thread reads them only then.
  private(set) var generation = 0

  /// A line without a fault is held, or is not wired.
  var isMissingAny: Bool { !faults.isEmpty }

  var isPollingAny: Bool { inputs.values.contains(where: \.isPolled) }

  /// What a request of an output came to.
  mutating func take(_ output: LinePlan.Output, _ held: Result<any HeldLine, PortError>) {
    let name = output.line.words
    switch held {
    case .success(let line):
      outputs[output.line] = Owned(line: line, offset: output.place.offset)
      faults[name] = nil
    case .failure(let error):
      faults[name] = LineFault(line: name, place: "\(output.place)", error: error)
    }
  }

  /// What a request of an input came to.
  mutating func take(_ input: LinePlan.Input, _ held: Result<any HeldLine, PortError>) {
    let name = input.line.words
    switch held {
    case .success(let line):
      inputs[input.line] = Owned(line: line, offset: input.place.offset)
      faults[name] = nil
      generation += 1
    case .failure(let error):
      faults[name] = LineFault(line: name, place: "\(input.place)", error: error)
    }
  }

  /// An input that was held cannot be read any more. Nothing when it was requested again since.
  mutating func lose(_ input: LinePlan.Input, _ owned: Owned, _ error: PortError) {
    guard inputs[input.line]?.line === owned.line else { return }
    inputs[input.line] = nil
    levels[input.line] = nil
    generation += 1
    let name = input.line.words
    faults[name] = LineFault(line: name, place: "\(input.place)", error: error)
  }

  /// An output that was held cannot be driven any more. Nothing when it was requested again since.
  mutating func lose(_ output: LinePlan.Output, _ owned: Owned, _ error: PortError) {
    guard outputs[output.line]?.line === owned.line else { return }
    outputs[output.line] = nil
    let name = output.line.words
    faults[name] = LineFault(line: name, place: "\(output.place)", error: error)
  }

  /// The level of a polled input, unless it was requested again since.
  mutating func note(_ level: Bool, of line: InputLine, _ owned: Owned) {
    if inputs[line]?.line === owned.line { levels[line] = level }
  }
}
