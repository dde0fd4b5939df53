import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation

/// Who has a credential here?
struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "The credentials that this controller has: status and times, never the value.",
    discussion: "`pending` has not begun, `valid` may open, `over` has ended, `revoked` was taken.")

  @OptionGroup var console: ConsoleOptions
  @Option(help: "Only this person's.") var person: String?
  @Option(help: "Only ids after this one: the next page.") var after: String?
  @Option(help: "How many, 1 to 500.") var limit = 100

  func validate() throws {
    guard (1...500).contains(limit) else { throw ValidationError("--limit is 1 to 500") }
  }

  func run() async throws {
    let path = ConsolePath.of(
      "/v1/credentials", [("limit", String(limit)), ("person", person), ("after", after)])
    let found = try await console.client.get(path, as: [ConsoleCredential].self)
    for credential in found {
      if console.json { try Output.json(credential) } else { Output.line(Self.line(credential)) }
    }
    if found.count == limit, !console.json, let last = found.last {
      Output.line("more with: --after \(last.id)")
    }
  }

  private static func line(_ credential: ConsoleCredential) -> String {
    var parts = [credential.id, credential.kind, credential.person, credential.state]
    if let from = credential.validFromMilliseconds { parts.append("from \(StatusPage.time(from))") }
    if let until = credential.validUntilMilliseconds {
      parts.append("until \(StatusPage.time(until))")
    }
    let places = credential.doors + credential.scopes.map { "scope \($0)" }
    parts.append(places.isEmpty ? "wherever the person may go" : places.joined(separator: ", "))
    return parts.joined(separator: "  ")
  }
}

/// Addresses with filters.
enum ConsolePath {
  static func of(_ path: String, _ filters: [(String, String?)]) -> String {
    var parts = URLComponents()
    parts.path = path
    parts.queryItems = filters.compactMap { name, value in
      value.map { URLQueryItem(name: name, value: $0) }
    }
    return parts.string ?? path
  }
}

/// Are we in step with the cloud?
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Say hello to the cloud again and compare every record.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    try await console.client.post("/v1/sync", [String: String]())
    let status = try await console.client.get("/v1/status", as: ConsoleStatus.self)
    if console.json { return try Output.json(status.cloud) }
    Output.line(
      """
      said hello; configuration \(status.configRevision), credentials \
      \(status.credentialRevision), \(status.log.last - status.log.acknowledged) events to send
      """)
  }
}

/// Is the clock right?
struct TimeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time",
    abstract: "The clock: its time, how far it is to be believed, and against the cloud's.",
    discussion: "Exit status 1 when the clock is wrong or not to be believed.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let status = try await console.client.get("/v1/status", as: ConsoleStatus.self)
    let report = try await console.client.get("/v1/diagnosis", as: DiagnosisReport.self)
    let checks = report.checks.filter { $0.group == "clock" }
    if console.json {
      try Output.json(checks)
    } else {
      Output.line(
        "\(StatusPage.time(status.timeMilliseconds))  \(status.timeZone ?? "no zone yet")")
      for check in checks {
        Output.line("\(check.outcome.rawValue)  \(check.finding)")
        if let advice = check.advice { Output.line("    do: \(advice)") }
      }
    }
    if checks.contains(where: { $0.outcome == .failure }) { throw ExitCode(1) }
  }
}
