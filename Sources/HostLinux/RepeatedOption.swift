/// An option that is given twice on a command line, where only the last would count: `--door front
/// --door gym` must not lock one door of two.
public enum RepeatedOption {
  /// The first option that comes again, such as `--door`; nil for none. `repeatable` are those that may
  /// come again, `short` the other name of an option: `["-o": "--output"]`.
  public static func first(
    in arguments: [String], repeatable: Set<String> = [], short: [String: String] = [:]
  ) -> String? {
    var seen: Set<String> = []
    for word in arguments.dropFirst() {
      if word == "--" { return nil }
      guard word.hasPrefix("-"), let written = word.split(separator: "=").first.map(String.init)
      else { continue }
      let name = short[written] ?? written
      guard name.hasPrefix("--"), !repeatable.contains(name) else { continue }
      if !seen.insert(name).inserted { return name }
    }
    return nil
  }

  /// Ends the program with the status for wrong usage when an option is given twice.
  public static func refuse(
    in arguments: [String], repeatable: Set<String> = [], short: [String: String] = [:]
  ) {
    guard let name = first(in: arguments, repeatable: repeatable, short: short) else { return }
    Output.end("Error: \(name) is given twice; give it once", status: 64)
  }
}
