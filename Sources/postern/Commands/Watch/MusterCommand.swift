import ArgumentParser
import ConsoleProtocol
import HostLinux

/// Who is inside.
struct MusterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "muster", abstract: "List who is inside each area that counts; needs no cloud.",
    subcommands: [List.self, Evacuation.self, Reset.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Who is inside, since when.",
      discussion: """
        By what the readers have seen: whoever walked out unseen is still listed. How areas
        count, and what a restart keeps: deploy/rules.md.
        """)

    @OptionGroup var console: ConsoleOptions
    @OptionGroup var choice: AreaChoice

    func run() async throws {
      let areas = try await choice.areas(of: console)
      try console.show(areas, MusterPage(areas: areas).list)
    }
  }

  struct Evacuation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Who was not seen leaving since the last fire alarm began.",
      discussion: "Exit status 1 when somebody was not seen leaving, or the count is not known.")

    @OptionGroup var console: ConsoleOptions
    @OptionGroup var choice: AreaChoice

    func run() async throws {
      let areas = try await choice.areas(of: console)
      try console.show(areas, MusterPage(areas: areas).evacuation)
      let isOpen = areas.contains { !$0.known || $0.evacuation?.notSeen.isEmpty == false }
      if isOpen { throw ExitCode(1) }
    }
  }

  struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set the count of an area back: nobody counts as inside; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The area's id.") var area: String
    @Option(help: "Why, for the log.") var reason: String

    func run() async throws {
      try await console.client.post(
        "/v1/muster/reset", AreaResetRequest(area: area, by: Operator.name, reason: reason))
    }
  }
}

/// Which areas are listed.
struct AreaChoice: ParsableArguments {
  @Option(help: "Only the area of this id.") var area: String?

  func areas(of console: ConsoleOptions) async throws -> [ConsoleArea] {
    let all = try await console.client.get("/v1/muster", as: [ConsoleArea].self)
    guard let area else { return all }
    let found = all.filter { $0.id == area }
    if found.isEmpty {
      throw ConsoleProblem(.notFound, "no area \(area) counts here; `postern muster` lists those")
    }
    return found
  }
}
