public import DoorPorts

/// Access to the lines of a controller from outside the daemon.
public enum SafeLines {
  /// The result for one line.
  public struct Answer: Sendable, Hashable {
    /// The line's name.
    public var line: String
    public var place: LinePlan.Place
    /// Nil on success.
    public var error: PortError?
  }

  /// Requests each output, makes it inactive and releases it: this switches off a relay that a
  /// killed daemon left on, and so locks a fail-secure lock. Leaves an output alone that another
  /// process holds, such as a running daemon, and reports it.
  public static func makeSafe(_ plan: LinePlan) -> [Answer] {
    let chips = ChipScan().chips()
    var finder = ChipFinder()
    return plan.outputs.map { output in
      do throws(PortError) {
        let chip = try finder.find(
          output.place.chip, among: chips, for: "request \(output.place)")
        let line = try GPIOLine(output: output, on: chip)
        guard let code = line.set(active: false) else {
          return Answer(line: output.line.words, place: output.place, error: nil)
        }
        throw PortError(
          .inputOutput, operation: "drive \(output.place)",
          detail: "the kernel refused (errno \(code))")
      } catch {
        return Answer(line: output.line.words, place: output.place, error: error)
      }
    }
  }

  /// Who holds each line of the plan; nil for a free one. Requests nothing.
  public static func holders(
    _ plan: LinePlan
  ) -> [(line: String, place: LinePlan.Place, holder: Result<String?, PortError>)] {
    let lines =
      plan.outputs.map { ($0.line.words, $0.place) } + plan.inputs.map { ($0.line.words, $0.place) }
    let chips = ChipScan().chips()
    var finder = ChipFinder()
    return lines.map { words, place in
      let holder = Result { () throws(PortError) in
        let chip = try finder.find(place.chip, among: chips, for: "request \(place)")
        return try GPIOLine.holder(of: place, on: chip)
      }
      return (words, place, holder)
    }
  }
}
