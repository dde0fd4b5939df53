import ArgumentParser
import CloudProtocol
import DoorRules
import Foundation
import HostLinux

struct MessageDryRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "message",
    abstract: "Check configurations and credentials as a door would, before they are sent.",
    discussion: #"""
      In:  {"id":1,"config":{…}} or {"id":2,"credentials":{…}}, the body of the
           message as in deploy/protocol.
      Out: {"id":1,"isTaken":false,
            "problems":[{"message":"99 is outside 1 to 30","path":
            "doors[0].holdTimeSeconds"}],"refused":[],"warnings":[]}

      Each on one line. "problems" are about the whole message, of which nothing would
      be in force then; "refused" are single records; "warnings" would be in force
      and may not mean what was meant.
      """#)

  @Option(help: "The configuration in force, as JSON: what patches and credentials build on.")
  var configuration: String?
  @Option(help: "The doors that are wired to the controller, with commas.") var doors: String?

  func run() throws {
    let present = try configuration.map { (path: String) throws -> ConfigurationDocument in
      guard let bytes = FileManager.default.contents(atPath: path) else {
        throw DryRunFailure("\(path) cannot be read")
      }
      let text: [UInt8]
      do throws(WrittenTextProblem) {
        text = try WrittenText.normalise(Array(bytes), lines: .doNotMatter)
      } catch {
        throw DryRunFailure("\(path): \(error)")
      }
      do throws(ValidationFailure) { return try ConfigurationDocument.parse(text) } catch {
        throw DryRunFailure("\(path):\n\(error)")
      }
    }
    let words = try (doors ?? "").split(separator: ",").map { word in
      guard let door = DoorID(String(word)) else {
        throw ValidationError("\(word) is no id of a door")
      }
      return door
    }
    try LineRun.run { Answerer(present: present, wired: Set(words)) }
  }

  struct Question: LineQuestion {
    var id: LineID?
    var config: JSONValue?
    var credentials: JSONValue?
  }

  struct Answer: LineAnswer {
    let check: MessageCheck

    func write(to json: inout JSONText) {
      json.member("isTaken", check.isTaken)
      json.name("problems")
      json.array(check.problems) { $0.problem($1) }
      json.name("refused")
      json.array(check.refused) { text, record in
        text.object { text in
          text.member("id", record.id)
          text.member("path", record.path)
          text.name("problems")
          text.array(record.problems) { $0.problem($1) }
        }
      }
      json.name("warnings")
      json.array(check.warnings) { text, warning in
        text.object { text in
          text.member("id", warning.id)
          text.member("message", warning.message)
          text.member("path", warning.path)
        }
      }
    }
  }

  struct Answerer: LineAnswerer {
    let present: ConfigurationDocument?
    let wired: Set<DoorID>
    let zones = SystemZones()

    func answer(_ question: Question) throws(DryRunError) -> Answer {
      switch (question.config, question.credentials) {
      case (let config?, nil):
        let json = try bytes(of: config)
        return Answer(
          check: MessageCheck(configuration: json, present: present, wired: wired) {
            (try? zones.zone(named: $0))?.rules
          })
      case (nil, let credentials?):
        let policy = try? present?.validated(zones: { (try? zones.zone(named: $0))?.rules })
        let json = try bytes(of: credentials)
        return Answer(
          check: MessageCheck(credentials: json, knowing: policy.flatMap { PolicyWords(of: $0) }))
      case (nil, nil), (.some, .some):
        throw DryRunError("give either config or credentials")
      }
    }

    private func bytes(of value: JSONValue) throws(DryRunError) -> [UInt8] {
      do { return try JSONCoding.encode(value) } catch { throw DryRunError("\(error)") }
    }
  }
}

extension JSONText {
  fileprivate mutating func problem(_ problem: Problem) {
    object { text in
      text.member("message", problem.message)
      text.member("path", problem.path)
    }
  }
}
