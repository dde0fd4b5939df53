import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation
import HostLinux

/// The credentials in the cache.
struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "List the credentials of this controller: status and times, never the value.",
    discussion: "States: `pending` (not valid yet), `valid`, `over` (expired), `revoked`.")

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
      try console.show(credential, Self.line(credential))
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
    parts.append(places.isEmpty ? "wherever the person may enter" : places.joined(separator: ", "))
    return parts.joined(separator: "  ").printable
  }
}
