import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing
import WiegandCodec

@testable import DoorRuntime

@Suite("What a reader on a line of its own reports goes the way of every reader (A13)")
struct BusReportTests {
  private static let frame: WiegandFrame = {
    let at = MonotonicInstant(nanoseconds: 1)
    let bits = (try? FormatTable.default.encode(format: "H10301", facility: 1, card: 1)) ?? []
    return WiegandFrame(bits: bits, startedAt: at, endedAt: at, bitIntervalMicroseconds: 0)
  }()

  private func records(_ reports: [BusReport]) throws -> [String] {
    let world = try ShellWorld()
    let before = world.records.count
    for report in reports {
      world.shell.receive(.reader(report))
      world.settle()
    }
    return world.records.dropFirst(before).map { draft in
      [draft.type, draft.reason, draft.detail["cause"]].compactMap(\.self).joined(separator: " ")
    }
  }

  @Test("a card is decided on, as one from data lines")
  func card() throws {
    let found = try records([.delivered(ShellWorld.reader, .card(Self.frame))])
    #expect(found.count == 1 && found[0].hasPrefix("postern.access.denied.v1"), "\(found)")
  }

  @Test("tamper and absence are alarms, each once, and absence says why")
  func alarms() throws {
    let reader = ShellWorld.reader
    let found = try records([
      .absent(reader, reason: nil), .tamper(reader, raised: true),
      .absent(reader, reason: "silent"), .absent(reader, reason: "silent"),
      .absent(reader, reason: "wrongKey"), .absent(reader, reason: nil),
    ])
    #expect(
      found == [
        "postern.alarm.raised.v1 readerTamper", "postern.alarm.raised.v1 readerGone silent",
        "postern.alarm.raised.v1 readerGone wrongKey", "postern.alarm.cleared.v1 readerGone",
      ])
  }

  @Test("automations hear of tamper and absence, as of any other alarm")
  func automations() throws {
    let reader = ShellWorld.reader
    for (report, reason) in [
      (BusReport.tamper(reader, raised: true), "readerTamper"),
      (.absent(reader, reason: "silent"), "readerGone"),
    ] {
      let world = try ShellWorld()
      let automation = Automation(
        id: try #require(AutomationID("told")), name: "Told",
        trigger: .event(.init(.alarmRaised, reader: reader, reason: reason)),
        actions: [.record("heard")])
      let policy = PolicySnapshot(
        revision: 1, zone: .utc, facility: FacilityPolicy(automations: [automation]), doors: [:])
      world.shell.carryOut(.core(.policy(policy)), at: world.shell.moment())
      world.shell.receive(.reader(report))
      world.settle()
      let ran = world.records.filter { $0.type == EventType.automationRan.wireName }
      #expect(ran.map { $0.detail["message"] } == ["heard"], "\(reason)")
    }
  }

  @Test("what noise alone does not make is an event; noise is none")
  func faults() throws {
    let reader = ShellWorld.reader
    let found = try records([
      .fault(reader, fault: "check", count: 1, isSuspicious: false),
      .fault(reader, fault: "wrongMAC", count: 3, isSuspicious: true),
    ])
    #expect(found == ["postern.reader.lineFault.v1 wrongMAC"])
  }

  @Test("a pairing is recorded with how it ended")
  func pairing() throws {
    let reader = ShellWorld.reader
    let found = try records([
      .paired(reader, failure: "timeOver"), .paired(reader, failure: nil),
    ])
    #expect(found == ["postern.reader.notPaired.v1 timeOver", "postern.reader.paired.v1"])
  }

  @Test("a report of a reader that this controller does not have changes nothing")
  func unknown() throws {
    let other = try #require(ReaderID("cellar"))
    #expect(try records([.tamper(other, raised: true), .absent(other, reason: "silent")]) == [])
  }
}
