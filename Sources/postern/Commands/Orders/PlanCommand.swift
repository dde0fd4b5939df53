import ArgumentParser
import ConsoleProtocol

/// Plans for an emergency.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Start, practise or end a plan, such as a lockdown; list them.",
    discussion: """
      While a plan is in force only the people of its levels pass its doors. People can
      always leave. It survives restarts, needs no cloud, and is recorded.

      Examples:
        postern plan
        postern plan start lockdown --reason "alarm in the yard"
        postern plan start lockdown --drill --reason "yearly drill"
        postern plan end lockdown --reason "all clear"
      """, subcommands: [List.self, Start.self, End.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The plans, and which are in force.")

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let plans = try await console.client.get("/v1/plans", as: [ConsolePlan].self)
      try console.show(plans, PlanPage(plans: plans).text)
    }
  }

  struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Start a plan; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The plan's id.") var plan: String
    @Flag(help: "Only practise it: everything is recorded, and nobody is denied.") var drill = false
    @Option(help: "Why, for the log.") var reason: String

    func run() async throws {
      try await console.client.post(
        "/v1/plans",
        PlanRequest(
          plan: plan, change: drill ? "drill" : "start", by: Operator.name, reason: reason))
    }
  }

  struct End: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End a plan, or its drill; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The plan's id.") var plan: String
    @Option(help: "Why, for the log.") var reason: String

    func run() async throws {
      try await console.client.post(
        "/v1/plans",
        PlanRequest(plan: plan, change: "end", by: Operator.name, reason: reason))
    }
  }
}
