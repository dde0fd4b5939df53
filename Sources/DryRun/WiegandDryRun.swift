import ArgumentParser
import CloudProtocol
import Foundation
import Settings
import WiegandCodec

struct WiegandDryRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wiegand",
    abstract: "Show which formats a frame's bits fit.",
    discussion: #"""
      In:  {"id":1,"bits":"0110…"}, first bit first.
      Out: {"id":1,"candidates":[
             {"format":"H10301","facility":12,"card":345,"issue":null}],"fault":null}
      A number above 2^53 is a string.
      """#)

  @Option(help: "The daemon's settings file, for the operator's own formats.")
  var config: String?

  func run() async throws {
    var table = FormatTable.standard
    if let config {
      do throws(SettingsFailure) {
        table = try await SettingsLoader.load(
          path: config, environment: ProcessInfo.processInfo.environment
        ).formats
      } catch {
        throw DryRunFailure("\(error)")
      }
    }
    let formats = table
    try LineRun.run { Answerer(table: formats) }
  }

  struct Question: LineQuestion {
    var id: LineID?
    var bits: String
  }

  struct Answer: LineAnswer {
    let candidates: [CardCandidate]
    let fault: FrameFault?

    func write(to json: inout JSONText) {
      json.name("candidates")
      json.array(candidates) { json, candidate in
        json.object { json in
          json.member("format", candidate.format)
          json.nullable("facility", candidate.facility)
          json.nullable("card", candidate.card)
          json.nullable("issue", candidate.issue)
        }
      }
      json.nullable("fault", fault?.rawValue)
    }
  }

  struct Answerer: LineAnswerer {
    let table: FormatTable

    func answer(_ question: Question) throws(DryRunError) -> Answer {
      let text = question.bits.utf8
      guard text.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }),
        (1...WiegandLimits.frameBitsMax).contains(text.count)
      else { throw DryRunError("bits: must be 1 to \(WiegandLimits.frameBitsMax) zeros and ones") }
      let bits = text.map { $0 == UInt8(ascii: "1") }
      let candidates = table.candidates(for: bits)
      let isKnownLength = table.formats.contains { $0.bitCount == bits.count }
      let fault: FrameFault? =
        candidates.isEmpty ? (isKnownLength ? .parity : .unknownLength) : nil
      return Answer(candidates: candidates, fault: fault)
    }
  }
}
