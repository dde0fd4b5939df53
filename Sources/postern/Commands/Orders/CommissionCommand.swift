import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import DoorPorts
import Foundation
import HostLinux

/// Hands a door over: tries everything once with a technician, and files what was seen.
struct CommissionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commission",
    abstract: "Try a door step by step before it is handed over; files what was seen.",
    discussion: """
      Says what to do, asks what you saw, and compares that with what the controller
      saw. Answer yes, no or skip; a note may follow, as in `no, the leaf jams`.
      Nothing is left behind: it orders no mode, and one release that ends by itself.
      If you walk away, or the connection breaks, the door is as its mode wants it.

      Example: postern commission front --page front.txt
      Exit status 1 when a step was not as it should be, or was not done.
      """)

  /// How many events of a step are read. A reader's noise may hide those before them.
  private static let eventsMax = 500

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "The door's id.") var door: String
  @Option(help: "Write a page to print and sign to this file.") var page: String?
  @Flag(help: "Replace a page that is there.") var force = false

  func run() async throws {
    let client = console.client
    let status = try await client.status()
    guard let found = status.doors.first(where: { $0.id == door }) else {
      throw ConsoleProblem(.notFound, "there is no door \(door.printable)")
    }
    guard let wiring = found.wiring else {
      throw ConsoleProblem(.refused, "the daemon is older than this command; update it")
    }
    if let page, !force { try written { () throws(PortError) in try NewFile.check(page) } }
    if status.simulated { say("The hardware is SIMULATED: no door moves.") }
    var walk = CommissioningWalk(door: door, by: Operator.name, failSafe: wiring.failSafe)
    var seen = status.log.last
    var input = CommissioningWalk.Input.begin
    while true {
      let wishes = walk.take(input)
      for case .say(let text) in wishes { say(text) }
      switch wishes.last {
      case .ask(let question): input = .answered(ask(question))
      case .look:
        let (look, last) = try await look(after: seen, wiring)
        seen = last
        input = .looked(look)
      case .release: input = try await release()
      case .file(let report): return try await file(report, status)
      case .say, nil: return
      }
    }
  }

  private func written(_ body: () throws(PortError) -> Void) throws(ConsoleProblem) {
    do throws(PortError) { try body() } catch { throw ConsoleProblem(.unavailable, error.detail) }
  }

  /// With JSON the answers are still asked, but all talk goes to standard error.
  private func say(_ text: String) {
    if console.json { Output.say(text + "\n") } else { Output.page(text) }
  }

  private func ask(_ question: String) -> String? {
    say("   " + question)
    return readLine()
  }

  private func look(
    after number: UInt64, _ wiring: ConsoleStatus.Wiring
  ) async throws -> (CommissioningLook, last: UInt64) {
    let status = try await console.client.status()
    guard let now = status.doors.first(where: { $0.id == door }) else {
      throw ConsoleProblem(.notFound, "there is no door \(door.printable) any more")
    }
    let events = try await console.client.get(
      "/v1/events?after=\(number)&limit=\(Self.eventsMax)", as: [ConsoleEvent].self)
    let here = events.filter { $0.door == door }.compactMap { EventType(rawValue: $0.type) }
    let look = CommissioningLook(
      isSecured: now.lock == "secured", mode: now.mode, isOpen: now.open,
      isRelayActive: now.relayActive, needsExitRequest: wiring.needsExitRequest,
      hasReader: status.readers.contains { $0.door == door }, events: Set(here))
    return (look, max(number, events.map(\.number).max() ?? 0))
  }

  private func release() async throws -> CommissioningWalk.Input {
    do {
      let result = try await console.client.post(
        "/v1/relay/test", RelayTest(door: door, by: Operator.name), as: RelayTestResult.self)
      return result.moved
        ? .released(seconds: result.holdMilliseconds / 1_000, why: "")
        : .released(seconds: nil, why: "it did not follow")
    } catch let problem as ConsoleProblem {
      return .released(seconds: nil, why: problem.message)
    }
  }

  private func file(_ report: CommissioningReport, _ status: ConsoleStatus) async throws {
    let text = CommissioningPage(
      report: report, controller: status.controller,
      time: StatusPage.time(Int64(Date().timeIntervalSince1970 * 1_000))
    ).text
    // The page first: the answers are not lost if the daemon is.
    if let page {
      try written { () throws(PortError) in
        try NewFile.write(Array(text.utf8), to: page, replaces: force)
      }
    }
    try await console.client.post("/v1/commissioning", report)
    try console.show(report, "\n" + text)
    if report.outcome != .passed { throw ExitCode(1) }
  }
}
