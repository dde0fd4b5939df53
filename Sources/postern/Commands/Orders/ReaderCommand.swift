import ArgumentParser
import ConsoleProtocol
import Foundation
import HostLinux

/// Readers on secured OSDP lines.
struct ReaderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reader", abstract: "Readers on secured OSDP lines.", subcommands: [Pair.self])

  struct Pair: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a reader a key of its own; recorded.",
      discussion: """
        Set the reader to take a key first, as its manual says: it then answers to the key of an \
        unpaired reader, which is printed in the standard. Who listens on the line during these \
        seconds learns the new key, so pair where nobody can, such as on the bench.
        """)

    /// How often the state is asked for meanwhile.
    private static let askMilliseconds = 500

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The door whose reader it is.") var door: String?
    @Option(help: "The reader; needed where a door has several.") var reader: String?
    @Option(help: "For how many seconds, 1 to \(PairRequest.secondsMax).") var seconds: Int?

    func validate() throws {
      guard door != nil || reader != nil else {
        throw ValidationError("name the door, or the reader with --reader")
      }
    }

    func run() async throws {
      let client = console.client
      let answer = try await client.post(
        "/v1/reader/pair",
        PairRequest(door: door, reader: reader, seconds: seconds, by: Operator.name),
        as: PairAnswer.self)
      Output.line("pairing the reader \(answer.reader) for up to \(answer.seconds) s")
      for _ in 0..<answer.seconds * 1_000 / Self.askMilliseconds {
        try await Task.sleep(for: .milliseconds(Self.askMilliseconds))
        let status = try await client.status()
        guard let osdp = status.readers.first(where: { $0.id == answer.reader })?.osdp else {
          break
        }
        if !osdp.pairing {
          guard osdp.absence == nil else { break }
          return Output.line(
            "paired: \(answer.reader) at \(osdp.place)"
              + (osdp.identity.map { ", \($0)" } ?? ""))
        }
      }
      throw ConsoleProblem(
        .refused,
        "the reader \(answer.reader) was not paired: is it set to take a key, and does it answer? "
          + "`postern status` shows its line, `postern diagnose` says what to check")
    }
  }
}
