public import ArgumentParser
import CloudProtocol
public import DoorRules

extension PlanOrder.Change: ExpressibleByArgument {}

/// Starts a plan, practises it or ends it.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Start, practise or end a plan, such as a lockdown.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "start, drill or end.") var change: PlanOrder.Change
  @Argument(help: "The plan's id.") var plan: String
  @Option(help: "Why.") var reason: String
  @Option(help: "The operator.") var by: String?

  func run() async throws {
    try await target.send(
      Command(kind: .plan, person: by, reason: reason, plan: plan, change: change))
  }
}
