import CloudProtocol
import ConsoleProtocol
import HostLinux

/// Plans as text.
struct PlanPage {
  let plans: [ConsolePlan]

  var text: String {
    plans.isEmpty
      ? "The configuration has no plans." : plans.map(Self.line).joined(separator: "\n")
  }

  static func line(of plan: ConsolePlan) -> String {
    let state =
      switch plan.state {
      case .off: "off"
      case .inForce: "IN FORCE"
      case .drill: "DRILL"
      }
    var line = "plan \(plan.id)  \(state)"
    if let rank = plan.rank { line += ", rank \(rank)" }
    if let since = plan.sinceMilliseconds { line += ", since \(StatusPage.time(since))" }
    if let until = plan.untilMilliseconds { line += " until \(StatusPage.time(until))" }
    if let by = plan.by { line += ", by \(by): \(plan.reason ?? "")".printable }
    return line + (plan.name.map { "  \($0)".printable } ?? "")
  }
}
