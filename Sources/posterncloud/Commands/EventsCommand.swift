import ArgumentParser
import CloudProtocol
import Foundation

/// What the doors told.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "What the doors told, newest first; or as it comes.")

  @OptionGroup var state: StateOptions
  @Argument(help: "Only this controller.") var controller: String?
  @Option(help: "How many.") var limit = 20
  @Flag(help: "Go on with each new event, until interrupted.") var follow = false
  @Flag(help: "Print JSON for programs.") var json = false

  func run() async throws {
    let store = try state.store()
    let found = try store.events(controller: controller, after: nil, limit: max(limit, 1))
    for event in follow ? found.reversed() : found { try show(event) }
    guard follow else { return }
    var last = found.first?.position ?? 0
    while true {
      try await Task.sleep(for: .milliseconds(200))
      for event in try store.events(controller: controller, after: last, limit: 500) {
        last = event.position
        try show(event)
      }
    }
  }

  private struct Line: Encodable {
    var controller: String
    var number: UInt64
    var event: CloudEvent
  }

  private func show(_ arrived: CloudStore.ArrivedEvent) throws {
    let event = arrived.event
    if json {
      let line = Line(
        controller: arrived.controller, number: event.number ?? 0, event: event)
      print(String(decoding: try JSONCoding.encode(line), as: UTF8.self))
      return
    }
    let data = event.data
    let words = [
      "#\(event.sequence)", event.time, arrived.controller, event.type,
      data.door.map { "door \($0)" },
      data.person, data.reason, data.simulated ? "(simulated)" : nil,
    ]
    print(words.compactMap { $0 }.joined(separator: "  "))
  }
}

/// Every door as last heard of.
struct DoorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doors", abstract: "Every controller and door, as last heard of.")

  @OptionGroup var state: StateOptions
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    for (id, hello, report) in try state.store().controllers() {
      if json {
        if let report { print(String(decoding: try JSONCoding.encode(report), as: UTF8.self)) }
        continue
      }
      let online = report?.online == true ? "online" : "offline"
      let simulated = report?.simulated == true ? ", simulated" : ""
      let policy = hello.map {
        ", config \($0.configRevision), credentials \($0.credentialRevision) when it connected"
      }
      print("\(id)  \(online)\(simulated)\(policy ?? ", never heard of")")
      for door in report?.doors ?? [] {
        print(
          "  door \(door.id)  \(door.lock)\(door.open.map { $0 ? ", open" : ", closed" } ?? "")")
      }
    }
  }
}

/// Commands and what became of them.
struct ResultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results", abstract: "Commands and what became of them, newest first.")

  @OptionGroup var state: StateOptions
  @Option(help: "How many.") var limit = 20

  func run() throws {
    for command in try state.store().latestCommands(limit: limit) {
      let outcome = command.result?.outcome.rawValue ?? (command.isSent ? "sent" : "waiting")
      let reason = command.result?.reason.map { ": \($0)" } ?? ""
      let forged = command.forgery.map { " (forged: \($0))" } ?? ""
      print(
        "\(command.id)  \(command.controller)  \(command.command.kind.rawValue)\(forged)  \(outcome)\(reason)"
      )
    }
  }
}
