import CloudProtocol
import DoorCore
import DoorRules
import Testing

@testable import DoorRuntime

@Suite(
  "Reporter: state at most every 200 ms and only when it differs; telemetry when due (D10, D1)")
struct ReporterTests {
  private typealias DoorState = StateReport.DoorState
  private static let secured = [DoorState(id: "front", lock: "secured", open: false)]
  private static let released = [DoorState(id: "front", lock: "released", open: false)]
  private var reporter = Reporter(
    layout: ControllerLayout(doors: [], readers: []), heartbeatSeconds: 60,
    startedAt: PartFixture.instant(0), troublesAtStart: [])

  private mutating func change(
    _ doors: [DoorState], at milliseconds: Int, isConnected: Bool = true
  ) {
    reporter.doorChanged(
      isConnected: isConnected, at: PartFixture.instant(milliseconds), doors)
  }

  /// Publishes the state if that is due, as the shell does.
  private mutating func publish(_ doors: [DoorState], at milliseconds: Int) -> Bool {
    guard reporter.takeStateReport(at: PartFixture.instant(milliseconds)) else { return false }
    reporter.reported(doors)
    return true
  }

  @Test("D1: a change is published 200 ms later, once, however often the door changes till then")
  mutating func state() {
    change(Self.secured, at: 0)
    #expect(reporter.nextDeadline == PartFixture.instant(200))
    change(Self.released, at: 100)
    #expect(reporter.nextDeadline == PartFixture.instant(200))
    #expect(publish(Self.released, at: 199) == false)
    #expect(publish(Self.released, at: 200) == true)
    #expect(publish(Self.released, at: 400) == false)
    #expect(reporter.nextDeadline == nil)
  }

  @Test("D1: what looks as it was reported is not reported again, until the next connection")
  mutating func unchanged() {
    change(Self.secured, at: 0)
    #expect(publish(Self.secured, at: 200) == true)
    change(Self.secured, at: 300)
    #expect(reporter.nextDeadline == nil)
    change(Self.released, at: 400)
    #expect(publish(Self.released, at: 600) == true)
    reporter.connected()
    change(Self.released, at: 700)
    #expect(publish(Self.released, at: 900) == true)
  }

  @Test("D1: a state that the broker refused is published again 10 s later, though nothing changed")
  mutating func refused() {
    change(Self.secured, at: 0)
    #expect(publish(Self.secured, at: 200) == true)
    reporter.stateRefused(at: PartFixture.instant(300))
    change(Self.secured, at: 400)
    #expect(publish(Self.secured, at: 10_299) == false)
    #expect(publish(Self.secured, at: 10_300) == true)
    change(Self.secured, at: 10_400)
    #expect(reporter.nextDeadline == nil)
  }

  @Test("a report that the broker did not take is due with the next change")
  mutating func notTaken() {
    change(Self.secured, at: 0)
    #expect(reporter.takeStateReport(at: PartFixture.instant(200)) == true)
    change(Self.secured, at: 300)
    #expect(reporter.nextDeadline == PartFixture.instant(500))
  }

  @Test("without a connection nothing is due, and the doors are not even looked at")
  mutating func disconnected() {
    var looks = 0
    func doors() -> [DoorState] {
      looks += 1
      return Self.secured
    }
    reporter.doorChanged(isConnected: false, at: PartFixture.instant(0), doors())
    #expect(looks == 0 && reporter.nextDeadline == nil)
    reporter.doorChanged(isConnected: true, at: PartFixture.instant(0), doors())
    reporter.doorChanged(isConnected: true, at: PartFixture.instant(10), doors())
    #expect(looks == 1)
  }

  @Test("D10: telemetry reads the machine on a connection, and then once in each period")
  mutating func telemetry() {
    #expect(
      reporter.advanceTelemetry(to: PartFixture.instant(0), isConnected: true, isSaving: false)
        .isEmpty)
    #expect(
      reporter.beginTelemetry(at: PartFixture.instant(0), isSaving: false).names == ["job readHost"]
    )
    #expect(reporter.nextDeadline == PartFixture.instant(60_000))
    #expect(
      reporter.advanceTelemetry(to: PartFixture.instant(59_999), isConnected: true, isSaving: false)
        .isEmpty)
    let due = reporter.advanceTelemetry(
      to: PartFixture.instant(60_000), isConnected: true, isSaving: false)
    #expect(due.names == ["job readHost", "repeatIssued"])
    let disconnected = reporter.advanceTelemetry(
      to: PartFixture.instant(500_000), isConnected: false, isSaving: false)
    #expect(disconnected.isEmpty)
    // To save the battery, every quarter of an hour.
    _ = reporter.beginTelemetry(at: PartFixture.instant(0), isSaving: true)
    #expect(reporter.nextDeadline == PartFixture.instant(900_000))
  }

  @Test("E2: grants and denials are counted, denials by their reason; other occurrences are not")
  mutating func counts() {
    func access(_ decision: Verdict.Decision) -> Occurrence {
      .access(
        AccessRecord(
          door: DoorID("front")!, reader: nil, presentation: "card",
          verdict: Verdict(
            decision: decision, credential: nil, person: nil, policyRevision: 1, steps: [])))
    }
    for occurrence in [
      access(.grant(via: .rules)), access(.deny(.expired)), access(.deny(.expired)),
      access(.deny(.unknownCredential)), .edgesLost,
    ] { reporter.count(occurrence) }
    #expect(reporter.metrics.granted == 1)
    #expect(reporter.metrics.denied == ["expired": 2, "unknownCredential": 1])
  }

  @Test("E2: times fall into every step that is long enough; the slowest and the sum are kept")
  mutating func times() {
    for microseconds in [90, 100, 101, 2_000_000, -5] {
      reporter.countCommit(microseconds: microseconds)
    }
    let commits = reporter.metrics.commits
    #expect(commits.counts.first == 3 && commits.counts.last == 4 && commits.total == 5)
    #expect(commits.sumMicroseconds == 2_000_291 && commits.slowestMicroseconds == 2_000_000)
    #expect(reporter.metrics.decisions.total == 0)
    #expect(reporter.uptimeSeconds(at: PartFixture.instant(61_999)) == 61)
  }
}
