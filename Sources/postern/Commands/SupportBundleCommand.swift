import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation

/// One file for whoever helps from far away.
struct SupportBundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "support-bundle",
    abstract: "Put settings, diagnosis, log lines, counts and recent events into one archive.",
    discussion: """
      Persons, credentials and commands get made-up names, the same in every file;
      card numbers, PINs, keys and passwords are in none of the places that it reads.
      It lists what it contains.
      """)

  @OptionGroup var console: ConsoleOptions
  @Option(name: .shortAndLong, help: "The archive; postern-support-TIME.tar.gz when left out.")
  var output: String?

  func run() async throws {
    let report = try await console.client.get("/v1/diagnosis", as: DiagnosisReport.self)
    var status = try await console.client.get("/v1/status", as: ConsoleStatus.self)
    // Who ordered a mode, and why, is free text.
    for index in status.doors.indices { status.doors[index].modeWhy = nil }
    let support = try await console.client.get("/v1/support", as: SupportFacts.self)
    let events = try await console.client.get("/v1/events?limit=500", as: [ConsoleEvent].self)
    var redactor = Redactor()
    let redacted = events.map { redactor.redact($0) }
    let files = [
      ("settings.yaml", support.settings),
      ("diagnosis.txt", DiagnosisPage(report: report, colour: false).text + "\n"),
      ("diagnosis.json", try Output.text(report) + "\n"),
      ("status.json", redactor.redact(try Output.text(status)) + "\n"),
      ("log.txt", redactor.redact(support.log.joined(separator: "\n")) + "\n"),
      ("rows.json", try Output.text(support.rows) + "\n"),
      ("events.jsonl", try redacted.map { try Output.text($0) + "\n" }.joined()),
      (
        "versions.txt",
        "posternd \(status.software)\npostern \(Postern.configuration.version)\n"
          + "system \(ProcessInfo.processInfo.operatingSystemVersionString)\n"
      ),
    ]
    let path =
      output ?? "postern-support-\(status.controller)-\(status.timeMilliseconds / 1_000).tar.gz"
    try SupportArchive(files: files).write(to: path)
    if console.json { return try Output.json(["file": path]) }
    Output.line("\(path) contains:")
    for (name, text) in files { Output.line("  \(name)  \(text.utf8.count) bytes") }
  }
}

/// Gives persons, credentials and commands names that say nothing, the same throughout.
struct Redactor {
  private var names: [String: String] = [:]
  private var counts: [String: Int] = [:]

  private mutating func name(_ value: String?, _ kind: String) -> String? {
    guard let value else { return nil }
    if let known = names[value] { return known }
    counts[kind, default: 0] += 1
    let made = "\(kind)-\(counts[kind, default: 1])"
    names[value] = made
    return made
  }

  mutating func redact(_ event: ConsoleEvent) -> ConsoleEvent {
    var event = event
    event.person = name(event.person, "person")
    event.credential = name(event.credential, "credential")
    for (key, value) in event.detail {
      switch key {
      // Free text and names of people; evidence of a card that nobody knows.
      case "by", "orderedBy", "operator": event.detail[key] = name(value, "operator")
      case "command", "commandID": event.detail[key] = name(value, "command")
      case "reason", "operatorReason", "lastDigits", "digest", "reservationID", "tenantID", "email",
        "name":
        event.detail[key] = "<redacted>"
      default: event.detail[key] = redact(value)
      }
    }
    return event
  }

  /// Text with every name that was seen in an event replaced, longest first.
  func redact(_ text: String) -> String {
    names.filter { $0.key.count >= 3 }.sorted { $0.key.count > $1.key.count }
      .reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
  }
}

/// Files as a compressed archive, made by the system's tar.
struct SupportArchive {
  let files: [(name: String, text: String)]

  func write(to path: String) throws {
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appendingPathComponent("postern-\(UUID().uuidString)")
    let inner = folder.appendingPathComponent("postern-support")
    try manager.createDirectory(
      at: inner, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? manager.removeItem(at: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: inner.appendingPathComponent(name))
    }
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/tar")
    tar.arguments = [
      "--create", "--gzip", "--owner=0", "--group=0", "--mode=u=rw,go=", "--file=\(path)",
      "--directory=\(folder.path)", "postern-support",
    ]
    try tar.run()
    tar.waitUntilExit()
    guard tar.terminationStatus == 0 else {
      throw ConsoleProblem(.unavailable, "tar could not write \(path)")
    }
  }
}
