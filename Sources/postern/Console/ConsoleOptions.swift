import ArgumentParser
import ConsoleProtocol
import Foundation
import HostLinux

/// The options of every command that asks the daemon.
struct ConsoleOptions: ParsableArguments {
  @Option(help: "The daemon's socket (default: $POSTERN_SOCKET, or /run/postern/postern.sock).")
  var socket: String?

  @Flag(help: "Print JSON for programs.")
  var json = false

  var client: ConsoleClient {
    let environment = ProcessInfo.processInfo.environment["POSTERN_SOCKET"]
    return ConsoleClient(socketPath: socket ?? environment ?? "/run/postern/postern.sock")
  }

  /// Has the live view show card numbers and keys for a while; recorded with the operator's name.
  func disclose() async throws {
    let answer = try await client.post(
      "/v1/live/disclose", DisclosureRequest(by: Operator.name), as: DisclosureAnswer.self)
    Output.complain("numbers are shown for \(answer.seconds) s; this is recorded")
  }

  /// Throws for a reader that this controller does not have: nothing would ever be shown of it.
  func check(reader: String?) async throws {
    guard let reader else { return }
    let known = try await client.status().readers.map(\.id)
    guard known.contains(reader) else {
      throw ConsoleProblem(
        .notFound, "there is no reader \(reader); there are \(known.joined(separator: ", "))")
    }
  }

  /// Prints a value, as JSON for programs or as text for people.
  func show(_ value: some Encodable, _ text: @autoclosure () throws -> String) throws {
    try Output.show(value, json: json, try text())
  }
}

/// The option of commands that ask no daemon.
struct JSONOption: ParsableArguments {
  @Flag(help: "Print JSON for programs.")
  var json = false

  /// Prints a value, as JSON for programs or as text for people.
  func show(_ value: some Encodable, _ text: @autoclosure () throws -> String) throws {
    try Output.show(value, json: json, try text())
  }
}
