import ArgumentParser
import ConsoleProtocol
import Foundation
import HostLinux

/// Tries the lock.
struct RelayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay", abstract: "Try a door's lock.", subcommands: [Test.self])

  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Unlock a door for its hold time, after asking; recorded with your name.",
      discussion: """
        Open the leaf and shut it while the lock is released: the command watches the
        contact and checks its polarity. Exit status 1 when the relay did not move, or
        you answered no.
        """)

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The door's id.") var door: String
    @Flag(help: "Do not ask.") var yes = false

    func run() async throws {
      if !yes {
        Output.say("This unlocks door \(door) for everybody in front of it. Go on? [y/N] ")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
          Output.complain("the relay was not moved")
          throw ExitCode(1)
        }
      }
      let result = try await console.client.post(
        "/v1/relay/test", RelayTest(door: door, by: Operator.name), as: RelayTestResult.self)
      if console.json {
        try Output.json(result)
      } else {
        Output.line(
          result.moved
            ? "the relay moved; it goes back after \(result.holdMilliseconds / 1_000) s"
            : "the relay did NOT move: it was \(Self.words(result.before)), and is still")
        if result.moved { Output.line(try await watchLeaf(result)) }
      }
      if !result.moved { throw ExitCode(1) }
    }

    /// Watches the contact until it changes or the lock is secured again.
    private func watchLeaf(_ result: RelayTestResult) async throws -> String {
      guard let before = result.open else { return "the door has no contact" }
      Output.line("Open the leaf now to check its contact… (Ctrl-C ends this)")
      let end = ContinuousClock.now + .milliseconds(result.holdMilliseconds)
      while ContinuousClock.now < end {
        let status = try await console.client.status()
        guard let seen = status.doors.first(where: { $0.id == door }), let open = seen.open
        else { break }
        if open != before {
          return open
            ? "the contact reads open: its polarity is right"
            : "the contact reads SHUT: if you opened the leaf, change activeLow of its line"
        }
        if seen.lock == "secured" { break }
        try await Task.sleep(for: .milliseconds(200))
      }
      return "the contact did not change: it reads \(before ? "open" : "shut")"
    }

    private static func words(_ level: Bool?) -> String {
      level.map { $0 ? "on" : "off" } ?? "missing"
    }
  }
}
