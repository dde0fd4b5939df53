import ArgumentParser
import CloudAPI
import DoorRules
import HostLinux

/// Tokens of the HTTP API.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make and revoke tokens of the HTTP API.",
    subcommands: [Add.self, Revoke.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a token and print it; only its hash is kept.",
      discussion: "Example: token add hub --scopes read,people,bookings")

    @OptionGroup var state: StateOptions
    @Argument(help: "The token's name.") var name: String
    @Option(help: "What it may do, with commas: \(TokenCommand.scopes); or all.")
    var scopes: String
    @Option(help: "When it ends, as a time or +30d; never when left out.") var until: String?

    func run() async throws {
      let known = TokenScope.allCases
      let wanted = scopes == "all" ? known.map(\.rawValue) : split(scopes)
      let set = try wanted.map { text in
        guard let scope = TokenScope(rawValue: text) else {
          throw ValidationError("--scopes: there is no \(text), but \(TokenCommand.scopes)")
        }
        return scope
      }
      let end = try TimeArgument.end(until).map { $0 * 1_000 }
      let store = try state.store()
      let name = name
      let token = try await TokenCommand.told {
        try await SQLitePlatform(database: store.database).write { transaction in
          try TokenDesk(store: transaction).make(
            name: name, scopes: Set(set), endMilliseconds: end, at: CloudClock.now())
        }
      }
      do throws(OutputFailure) { try Output.deliver(token.reveal()) } catch {
        try await takeBack(error, store)
      }
    }

    /// Nobody has seen the token, and nobody can: it goes, and its name is free.
    private func takeBack(_ failure: OutputFailure, _ store: CloudStore) async throws {
      let name = name
      do {
        try await SQLitePlatform(database: store.database).write { transaction in
          try TokenDesk(store: transaction).forget(name)
        }
      } catch {
        throw CloudProblem(
          "\(failure); token \(name) was not shown and is kept (\(error)): revoke it")
      }
      Output.end(
        "posterncloud: \(failure); token \(name) is not kept", status: Output.failureStatus)
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Revoke a token.")
    @OptionGroup var state: StateOptions
    @Argument(help: "The token's name.") var name: String

    func run() async throws {
      let store = try state.store()
      let name = name
      try await TokenCommand.told {
        try await SQLitePlatform(database: store.database).write { transaction in
          try TokenDesk(store: transaction).revoke(name, at: CloudClock.now())
        }
      }
      Output.line("token \(name) is revoked")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show tokens and their scopes.")
    @OptionGroup var state: StateOptions

    func run() async throws {
      let store = try state.store()
      let lines = try await SQLitePlatform(database: store.database).read { transaction in
        try TokenDesk(store: transaction).lines()
      }
      for line in lines { Output.line(line) }
    }
  }

  private static let scopes = TokenScope.allCases.map(\.rawValue).joined(separator: ", ")

  /// Says a problem of the API as one of the command line.
  private static func told<Value: Sendable>(
    _ work: () async throws -> Value
  ) async throws -> Value {
    do { return try await work() } catch let problem as APIProblem {
      throw CloudProblem(problem.description)
    }
  }
}
