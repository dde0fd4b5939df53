import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation
import HostLinux

/// An archive for remote support.
struct SupportBundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "support-bundle",
    abstract: "Put settings, diagnosis, log lines, counts and recent events into one archive.",
    discussion: """
      Persons, credentials and commands get pseudonyms, the same in every file; card
      numbers, PINs, keys and passwords are in none of its sources. The command lists
      the files of the archive.
      """)

  @OptionGroup var console: ConsoleOptions
  @Option(name: .shortAndLong, help: "The archive; postern-support-TIME.tar.gz when left out.")
  var output: String?
  @Flag(help: "Replace a file that is there.") var force = false

  func run() async throws {
    let report = try await console.client.diagnosis()
    var status = try await console.client.status()
    // The reason of a mode is free text, and may name people.
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
    try SupportArchive(files: files).write(to: path, replaces: force)
    if console.json { return try Output.json(["file": path]) }
    Output.line("\(path) contains:")
    for (name, text) in files { Output.line("  \(name)  \(text.utf8.count) bytes") }
  }
}
