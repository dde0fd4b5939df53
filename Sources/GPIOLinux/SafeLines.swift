public import DoorPorts

/// The lines of a controller looked at from outside the daemon.
public enum SafeLines {
  /// What became of one line.
  public struct Answer: Sendable, Hashable {
    /// The line's meaning in words.
    public var line: String
    public var place: LinePlan.Place
    /// Nil when it was done.
    public var error: PortError?
  }

  /// Takes each output, makes it inactive and lets go: a relay that the daemon left on, because it
  /// was killed, goes off, and with that a fail-secure lock is locked. An output that somebody
  /// holds, as a running daemon does, is left alone and told.
  public static func makeSafe(_ plan: LinePlan) -> [Answer] {
    plan.outputs.map { output in
      do throws(PortError) {
        let line = try GPIOLine(output: output)
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

  /// Who holds each line of the plan; nil for a free one. Takes nothing.
  public static func holders(
    _ plan: LinePlan
  ) -> [(line: String, place: LinePlan.Place, holder: Result<String?, PortError>)] {
    let lines =
      plan.outputs.map { ($0.line.words, $0.place) } + plan.inputs.map { ($0.line.words, $0.place) }
    return lines.map { words, place in
      (words, place, Result { () throws(PortError) in try GPIOLine.holder(of: place) })
    }
  }
}
