import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation
import HostLinux

/// Explains a decision, by the rules that decide.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain why a door would open for somebody, or would not.",
    discussion: """
      The daemon answers from its own rules and credentials; nothing moves. A
      question about a card is recorded with your name, and only a few are answered
      in a minute.

      Examples:
        postern explain --door front --person ada
        postern explain --door front --card H10301:12:345 --at 2026-11-22T09:30
        postern explain --door front --person ada --reader front-out
        postern explain --door front --person ada --mobile 52.52,13.405,12
      """)

  @OptionGroup var console: ConsoleOptions
  @Option(help: "The door's id.") var door: String
  @Option(help: "The person's id.") var person: String?
  @Option(help: "The credential's id.") var credential: String?
  @Option(help: "A card, FORMAT:FACILITY:NUMBER, as in H10301:12:345; :iISSUE may follow.")
  var card: String?
  @Option(
    help: "The time: YYYY-MM-DDTHH:MM in the facility's time, or seconds since 1970; default: now.")
  var at: String?
  @Option(help: "The id of the reader, such as one that leads out.") var reader: String?
  @Option(help: "The presentation: card, pin or cardThenPIN.") var presentation: String?
  @Option(help: "By phone, from LAT,LNG or LAT,LNG,ACCURACY; `none` for no position.")
  var mobile: String?

  func validate() throws {
    guard [person, credential, card].compactMap({ $0 }).count == 1 else {
      throw ValidationError("give one of --person, --credential and --card")
    }
    guard presentation == nil || mobile == nil else {
      throw ValidationError("--presentation and --mobile exclude each other")
    }
    _ = try location()
  }

  func run() async throws {
    var request = ExplainRequest(
      door: door, person: person, credential: credential, card: card, reader: reader,
      presentation: mobile == nil ? presentation : "mobile", location: try location(),
      by: card == nil ? nil : Operator.name)
    if let at {
      if let seconds = Int64(at) {
        let (milliseconds, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000)
        if isTooLarge { throw ValidationError("--at: \(at) is no time") }
        request.atMilliseconds = milliseconds
      } else {
        request.atLocal = at
      }
    }
    let answer = try await console.client.post("/v1/explain", request, as: Explanation.self)
    try console.show(answer, page(answer))
  }

  private func location() throws -> ExplainRequest.Location? {
    guard let mobile, mobile != "none" else { return nil }
    let parts = mobile.split(separator: ",").map { Double($0) }
    guard (2...3).contains(parts.count), let lat = parts[0], let lng = parts[1],
      parts.count == 2 || parts[2] != nil
    else { throw ValidationError("--mobile: write LAT,LNG or LAT,LNG,ACCURACY") }
    return ExplainRequest.Location(
      lat: lat, lng: lng, accuracyMeters: parts.count == 3 ? parts[2] : nil)
  }

  private func page(_ answer: Explanation) -> String {
    let isGrant = answer.decision == "grant"
    let word = isGrant ? "GRANT, by \(answer.via ?? "?")" : "DENY: \(answer.reason ?? "?")"
    let code = isGrant ? "32" : "31"
    let head = Output.paint(word.printable, "1;\(code)", if: Output.colour)
    var lines = ["\(head)  (door \(door.printable), \(answer.at ?? "now"), facility time)"]
    if let person = answer.person {
      let credential = answer.credential.map { ", credential \($0)" } ?? ""
      lines.append(
        "person \(person)\(credential), configuration \(answer.policyRevision)".printable)
    }
    let width = answer.explanation.map(\.rule.count).max() ?? 0
    for step in answer.explanation {
      let name = step.rule.padding(toLength: width, withPad: " ", startingAt: 0)
      let source = step.source.map { "  [\($0)]" } ?? ""
      lines.append("  \(step.passed ? "ok  " : "STOP")  \(name)  \(step.detail)\(source)".printable)
    }
    if let text = answer.memberText { lines.append("The member sees: \(text)") }
    if let advice = answer.advice { lines.append("What to do: \(advice)") }
    return lines.joined(separator: "\n")
  }
}
