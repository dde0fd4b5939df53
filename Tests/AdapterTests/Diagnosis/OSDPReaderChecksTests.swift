import OSDPLine
import Testing

@testable import CloudProtocol
@testable import Diagnosis

@Suite("Diagnosis says what is wrong with a reader on an OSDP line (A13, E4)")
struct OSDPReaderChecksTests {
  private func checks(
    absence: String? = nil, faults: [String: Int] = [:], lines: [String] = []
  ) -> [DiagnosisReport.Check] {
    ReaderFacts(
      id: "front-in", watchedSeconds: 60, edges: 0, noise: 0, frames: 0, malformed: [:],
      wiring: [], pulses: nil, lockedOut: false,
      osdp: OSDPReaderFacts(
        place: "/dev/ttyUSB0, address 3", absence: absence,
        advice: absence.map { "do this about \($0)" }, identity: "maker 010203", faults: faults,
        lines: lines)
    ).checks()
  }

  @Test("one that is served is fine, and no pulses are missed of it")
  func served() {
    let found = checks()
    #expect(
      found.count == 1 && found[0].outcome == .ok && found[0].finding.contains("maker 010203"))
  }

  @Test("one that is not served is a failure, with what to do")
  func absent() {
    let found = checks(absence: "wrongKey")
    #expect(found.first?.outcome == .failure)
    #expect(found.first?.advice == "do this about wrongKey")
  }

  @Test("a door's lines at a reader are a warning that says what it means")
  func lines() {
    let found = checks(lines: ["relay of door front", "contact of door front"])
    #expect(found.count == 2 && found[1].outcome == .warning)
    #expect(found[1].finding.contains("the relay of door front, the contact of door front"))
    #expect(found[1].advice?.contains("whoever opens this reader can open the door") == true)
  }

  @Test("what noise alone does not make is named with its number")
  func suspicious() {
    let found = checks(faults: ["wrongMAC": 2, "stray": 50])
    #expect(found.count == 2 && found[1].outcome == .warning)
    #expect(found[1].finding.contains("wrongMAC 2") && !found[1].finding.contains("stray"))
  }

  @Test("the faults that it names are those of a line, and events give the same as reasons")
  func names() {
    let suspicious = OSDPFault.allCases.filter(\.isSuspicious).map(\.rawValue).sorted()
    #expect(OSDPReaderFacts.suspicious == suspicious)
    #expect(Self.quoted(EventType.readerLineFault.row.reason) == suspicious)
    let failures = PairingFailure.allCases.map(\.rawValue).sorted()
    #expect(Self.quoted(EventType.readerNotPaired.row.reason) == failures)
  }

  /// The names between backticks.
  private static func quoted(_ text: String?) -> [String] {
    let parts = (text ?? "").split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }.sorted()
  }

  @Test("20 damaged answers are nothing, one more is a bad line")
  func damaged() {
    #expect(checks(faults: ["check": 12, "noAnswer": 8]).count == 1)
    #expect(checks(faults: ["check": 12, "noAnswer": 9]).last?.outcome == .warning)
  }
}
