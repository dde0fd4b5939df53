import DoorRules
import Testing

@testable import CloudProtocol

@Suite("What an event and a report may have is bounded, and nothing is lost silently (D1, E4)")
struct EventBoundTests {
  private func draft(_ detail: [String: String]) -> EventDraft {
    EventDraft(
      id: "e-1", type: EventType.configApplied.wireName, timeMilliseconds: 5,
      clockTrust: "synchronised", simulated: true, detail: detail)
  }

  @Test("a detail of 1,024 bytes stays; one more and it is cut, with a mark of what there was")
  func details() {
    let most = EventDraft.detailBytesMax
    let whole = draft(["a": String(repeating: "x", count: most)])
    #expect(whole.bounded == whole)
    let cut = draft(["a": String(repeating: "x", count: most + 1)]).bounded.detail["a"] ?? ""
    #expect(cut.utf8.count == most && cut.hasSuffix("… (cut, 1025 bytes)"))
    // No character is cut in two.
    let wide = draft(["a": String(repeating: "ä€", count: most)]).bounded.detail["a"] ?? ""
    #expect(wide.utf8.count <= most && wide.hasSuffix("… (cut, 5120 bytes)"))
  }

  @Test("however many long details it has, an event fits into the smallest batch")
  func total() throws {
    for text in ["x", "\u{1}", "\"", "€"] {
      var detail: [String: String] = [:]
      for number in 0..<30 { detail["detail\(number)"] = String(repeating: text, count: 5_000) }
      let bounded = draft(detail).bounded
      #expect(bounded.detail.count == 30)
      let event = CloudEvent(controller: "door-7", number: 1, draft: bounded)
      #expect(try JSONCoding.encode(event).count < SendPace.bytesMin - 512, "\(text)")
      #expect(bounded == draft(detail).bounded)
    }
  }

  @Test("an older event that no message can carry is told without its details, and the log goes on")
  func withheld() throws {
    let long = draft(["a": String(repeating: "x", count: 40_000)])
    let event = CloudEvent(controller: "door-7", number: 4, draft: long, chain: [1, 2])
    var batch = EventBatch(controller: "door-7", epoch: "e", events: [event, event])
    let bytes = batch.cut(toBytes: SendPace.bytesMin)
    #expect(bytes < SendPace.bytesMin && batch.events.count == 1)
    let short = batch.events[0]
    #expect(short.number == 4 && short.id == event.id && short.data.detail.isEmpty)
    #expect(short.chain == event.chain)
    #expect(try short.withheldBytes == JSONCoding.encode(long).count)
    #expect(short.withheldDigest?.count == 43)
    #expect(try short.continues("AAAA"))
    let again = try JSONCoding.decode(CloudEvent.self, from: JSONCoding.encode(short))
    #expect(again == short)
  }

  @Test("log lines and checks go in numbered parts that fit, in order and complete")
  func parts() throws {
    let lines = (0..<500).map { "\($0) " + String(repeating: "\"", count: 490) }
    let upload = LogUpload(controller: "door-7", commandID: "c-1", lines: lines, dropped: 3)
    for bytesMax in [1, 16_384, 131_072, 1_048_576] {
      let parts = upload.parts(bytesMax: bytesMax)
      #expect(
        parts.map(\.part) == Array(1...parts.count) && parts.allSatisfy { $0.parts == parts.count })
      for part in parts { #expect(try JSONCoding.encode(part).count <= max(bytesMax, 9_216)) }
      var joined: LogUpload?
      for part in parts {
        joined = part.joined(to: joined)
        // One that comes twice changes nothing.
        joined = part.joined(to: joined)
      }
      #expect(joined?.lines == lines)
    }
    #expect(
      LogUpload(controller: "d", commandID: "c", lines: [], dropped: 0).parts(bytesMax: 16_384)
        .count == 1)
    let checks = (0..<300).map {
      DiagnosisReport.Check(
        id: "c\($0)", group: "doors", outcome: .warning, finding: String(repeating: "f", count: 300)
      )
    }
    let report = DiagnosisReport(
      controller: "door-7", software: "1", simulated: true, timeMilliseconds: 1,
      tookMilliseconds: 1, checks: checks)
    let told = report.parts(bytesMax: 16_384)
    #expect(told.count > 1 && told.flatMap(\.checks) == checks)
    for part in told { #expect(try JSONCoding.encode(part).count <= 16_384) }
  }
}
