import CloudProtocol
import ConsoleProtocol
import HostLinux

/// Automations as text.
struct AutomationsPage {
  let found: ConsoleAutomations

  var text: String {
    var lines: [String] = []
    for input in found.inputs {
      lines.append(
        "input \(input.id)  \(input.active ? "ACTIVE" : "inactive")\(input.masked ? ", masked" : "")"
      )
    }
    for output in found.outputs {
      lines.append("output \(output.id)  \(output.active ? "ON" : "off")")
    }
    if found.automations.isEmpty { lines.append("The configuration has no automations.") }
    for one in found.automations { lines += Self.lines(of: one) }
    return lines.joined(separator: "\n")
  }

  private static func lines(of one: ConsoleAutomation) -> [String] {
    var state = one.running ? "RUNNING" : "waits"
    if let until = one.untilMilliseconds { state += " until \(StatusPage.time(until))" }
    state += ", \(one.runs) runs"
    if let last = one.lastRunMilliseconds { state += ", last \(StatusPage.time(last))" }
    if one.leftOut > 0 { state += ", \(one.leftOut) LEFT OUT: too often" }
    var lines = ["automation \(one.id)  \(state)  \(one.name.printable)"]
    func row(_ word: String, _ text: String?) {
      if let text { lines.append("  \(word) \(text.printable)") }
    }
    row("when ", one.when)
    row("while", one.while)
    row("then ", one.then.joined(separator: "; "))
    row("ends ", one.ends)
    row("now  ", one.notSo)
    if let refusal = one.lastRefusal, let at = one.lastRefusalMilliseconds {
      row("last ", "triggered \(StatusPage.time(at)) and did nothing: \(refusal)")
    }
    return lines
  }
}
