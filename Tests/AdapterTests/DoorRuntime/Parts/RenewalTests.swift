import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("Renewal: whatever breaks off, a door has one pair or the other (D12)")
struct RenewalTests {
  private static let minute = 60_000

  /// A renewal that asks for request `r1` over a connection.
  private static func asking() -> RenewalWorld {
    var world = RenewalWorld()
    world.cloudAnswers = false
    world.run()
    #expect(world.request?.request == "r1")
    return world
  }

  @Test("D1: where there is no certificate to renew, the command is rejected, with the reason")
  func nothingToRenew() {
    var desk = CertificateDesk(controller: CloudFixture.controller, canRenew: false)
    let wishes = desk.order("c-1", at: PartFixture.moment())
    guard case .end(order: "c-1", .outcome(.rejected(let reason)))? = wishes.first else {
      Issue.record("\(wishes)")
      return
    }
    #expect(reason.contains("cloud.tls.certificateFile"))
  }

  @Test(
    "with a third of its life left a certificate is renewed, and the one before is deleted last")
  func renews() {
    var world = RenewalWorld()
    world.run()
    #expect(world.current == 1 && world.next == nil && world.request == nil)
    #expect(world.connections == [0, 1])
    #expect(world.events == [.certificateRenewed])
    #expect(world.renewal.step == .idle && world.renewal.troubles.isEmpty)
  }

  @Test("a power cut at every happening of a renewal: it goes on, and no connection lacks a pair")
  func cuts() {
    var happenings = 0
    var whole = RenewalWorld()
    while whole.happen() { happenings += 1 }
    #expect(happenings > 8)
    for cut in 0...happenings {
      var world = RenewalWorld()
      for _ in 0..<cut { _ = world.happen() }
      world.cut()
      world.run()
      #expect(world.current > 0 && world.next == nil && world.request == nil, "cut at \(cut)")
      #expect(world.renewal.step == .idle, "cut at \(cut)")
    }
  }

  @Test(
    "a broker that refuses the new certificate, with a cut at every happening: back to the old one")
  func refusedByBroker() {
    var happenings = 0
    var whole = RenewalWorld()
    whole.accepted = { $0 == 0 }
    while whole.happen() { happenings += 1 }
    #expect(whole.events == [.certificateNotRenewed])
    #expect(whole.renewal.troubles.first?.contains("trialFailed): not authorised") == true)
    for cut in 0...happenings {
      var world = RenewalWorld()
      world.accepted = { $0 == 0 }
      for _ in 0..<cut { _ = world.happen() }
      world.cut()
      world.run()
      #expect(world.current == 0 && world.next == nil, "cut at \(cut)")
      #expect(world.connections.last == 0 && world.events.contains(.certificateNotRenewed))
    }
  }

  @Test(
    "while neither pair is answered, the network is at fault: they take turns and nothing is lost")
  func outage() {
    var world = Self.asking()
    world.accepted = { _ in false }
    world.waiting = [.answer(CertificateAnswer(requestDigest: "d r1", certificates: "c"))]
    for _ in 0..<200 { _ = world.happen() }
    #expect(world.next == 1 && world.events.isEmpty)
    world.accepted = { _ in true }
    world.run()
    #expect(world.current == 1)
  }

  @Test("a word over the connection before the trial, or not within 300 s, proves nothing")
  func proof() throws {
    var trial = RenewalTrial()
    let before = trial.heard()
    trial.connected(with: .present, at: PartFixture.instant(0))
    let old = trial.heard()
    trial.connected(with: .next, at: PartFixture.instant(0))
    let new = trial.heard()
    #expect(before == nil && old == nil && new == .proved)
    let early = trial.advance(to: PartFixture.instant(299_999))
    let late = trial.advance(to: PartFixture.instant(300_000))
    #expect(early == nil && late == .next)
    #expect(trial.chosen == .next)
  }

  @Test("after 3 failed attempts the present pair is tried, after 2 it is not")
  func attempts() {
    var trial = RenewalTrial()
    for _ in 1..<RenewalTrial.attemptsMax {
      let told1 = trial.disconnected("no")
      #expect(told1 == nil)
    }
    let told2 = trial.disconnected(LinkTerms.replaced)
    #expect(told2 == nil)
    let told3 = trial.disconnected("no")
    #expect(told3 == .present)
    // The network may have come back only now.
    trial.connected(with: .present, at: PartFixture.instant(0))
    let first = trial.heard()
    #expect(first == .again && trial.chosen == .next)
    for _ in 1..<RenewalTrial.attemptsMax {
      let told4 = trial.disconnected("no")
      #expect(told4 == nil)
    }
    let told5 = trial.disconnected("no")
    #expect(told5 == .present)
    trial.connected(with: .present, at: PartFixture.instant(0))
    let second = trial.heard()
    #expect(second == .failed("no"))
  }

  @Test("an answer without a request, to another request, or a second time is refused")
  func replayed() {
    var world = Self.asking()
    let good = CertificateAnswer(requestDigest: "d r1", certificates: "c")
    world.waiting = [.answer(CertificateAnswer(requestDigest: "d r0", certificates: "c"))]
    world.run()
    #expect(world.refused == 1 && world.current == 0)
    world.waiting = [.answer(good)]
    world.run()
    #expect(world.current == 1)
    world.waiting = [.answer(good)]
    world.run()
    #expect(world.refused == 2)
  }

  @Test(
    "the request is sent again after 1, 2, 4 ... minutes, at most 6 hours, and at a new connection")
  func repeats() throws {
    var world = Self.asking()
    var at = 0
    for minutes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360] {
      at += minutes * Self.minute
      let told6 = world.renewal.advance(to: PartFixture.moment(at - 1))
      #expect(told6.isEmpty)
      let told7 = world.renewal.advance(to: PartFixture.moment(at))
      #expect(told7.names == ["publish renewal"])
    }
    let told8 = world.renewal.disconnected("gone", at: PartFixture.moment(at))
    #expect(told8.isEmpty)
    let told9 = world.renewal.advance(to: PartFixture.moment(at * 2))
    #expect(told9.isEmpty)
    let again = world.renewal.connected(with: .present, at: PartFixture.moment(at))
    #expect(again.names == ["publish renewal"])
  }

  @Test("a cloud that refuses is asked again after a day, or when it says so; the trouble says why")
  func refusal() {
    var world = Self.asking()
    let now = PartFixture.moment()
    let refused = world.renewal.answered(
      CertificateAnswer(requestDigest: "d r1", refused: "no CA\u{1B}[2J"), message: "m-1",
      at: now)
    #expect(refused.records.first?.reason == "refused")
    #expect(refused.records.first?.detail["cause"] == "no CA\\u{1B}[2J")
    #expect(world.renewal.troubles.count == 1)
    let told10 = world.renewal.connected(with: .present, at: now)
    #expect(told10.isEmpty)
    let told11 = world.renewal.advance(to: PartFixture.moment(86_399_999))
    #expect(told11.isEmpty)
    let told12 = world.renewal.order("c-1", at: now)
    #expect(told12.names == ["publish renewal", "end c-1"])
  }

  @Test("certificates that do not fit are told, and the old pair stays in use")
  func unusable() {
    var world = Self.asking()
    let now = PartFixture.moment()
    let answer = CertificateAnswer(requestDigest: "d r1", certificates: "c")
    let told13 = world.renewal.answered(answer, message: "m-1", at: now)
    #expect(told13.names == ["job renewal"])
    let error = PortError(
      .invalid, operation: "check", detail: "the certificate is for another key")
    let told = world.renewal.done(.stored(.failure(error)), at: now)
    #expect(told.records.first?.reason == "unusable")
    #expect(told.records.first?.detail["cause"] == "the certificate is for another key")
    #expect(world.chosen == .present && world.current == 0)
    // The right one may still come.
    let told14 = world.renewal.answered(answer, message: "m-1", at: now)
    #expect(told14.names == ["job renewal"])
  }

  @Test("certificates of 8,192 bytes are looked at, of 8,193 they are not")
  func size() {
    var world = Self.asking()
    let now = PartFixture.moment()
    func answer(_ bytes: Int) -> CertificateAnswer {
      CertificateAnswer(
        requestDigest: "d r1", certificates: String(repeating: "c", count: bytes))
    }
    let long = world.renewal.answered(answer(8_193), message: "m-1", at: now)
    #expect(long.records.first?.reason == "unusable")
    let told15 = world.renewal.answered(answer(8_192), message: "m-1", at: now)
    #expect(told15.names == ["job renewal"])
  }

  @Test("a command is done once the controller asks, and rejected where nothing can be renewed")
  func order() {
    let now = PartFixture.moment()
    var renewal = Renewal(controller: RenewalWorld.controller)
    let told16 = renewal.order("c-0", at: now)
    #expect(told16.ends["c-0"]?.isConfirmed == false)
    var fresh = RenewalWorld()
    fresh.current = 1
    _ = renewal.read(fresh.standing, at: now)
    let told17 = renewal.order("c-1", at: now)
    #expect(told17.names == ["job renewal"])
    let request = OpenRequest(request: "r1", digest: "d")
    let told18 = renewal.done(.made(.success(request)), at: now)
    #expect(told18.names == ["end c-1"])

    var token = Renewal(controller: RenewalWorld.controller)
    _ = token.read(RenewalStanding(obstacle: "the key is in a token"), at: now)
    let told19 = token.order("c-2", at: now)
    #expect(told19.ends == ["c-2": .rejected(reason: "the key is in a token")])
    var clockless = renewal
    let unknown = PartFixture.moment(trust: .unknown)
    let told20 = clockless.order("c-3", at: unknown)
    #expect(told20.ends["c-3"]?.isConfirmed == false)
  }

  @Test("without a trusted clock nothing is due and no certificate is taken")
  func clock() {
    let unknown = PartFixture.moment(trust: .unknown)
    var renewal = Renewal(controller: RenewalWorld.controller)
    let told21 = renewal.read(RenewalWorld().standing, at: unknown)
    #expect(told21.isEmpty)
    var world = Self.asking()
    let answer = CertificateAnswer(requestDigest: "d r1", certificates: "c")
    let told22 = world.renewal.answered(answer, message: "m-1", at: unknown)
    #expect(told22.isEmpty)
  }

  @Test(
    "controllers of one day come apart, within a thirtieth of the life, and each at the same time")
  func jitter() throws {
    let end = PartFixture.start.advanced(bySeconds: 90 * RenewalWorld.day)
    let life = PartFixture.start..<end
    let due = (0..<100).map {
      Renewal.dueTime(of: life, controller: ControllerID("gate-\($0)")!).secondsSince1970
    }
    #expect(Set(due).count > 90)
    let third = end.secondsSince1970 - 30 * RenewalWorld.day
    #expect(due.allSatisfy { (third...third + 3 * RenewalWorld.day).contains($0) })
    #expect(
      due[7] == Renewal.dueTime(of: life, controller: ControllerID("gate-7")!).secondsSince1970)
  }

  @Test("what the disk refuses is tried again, and the trial is kept")
  func disk() {
    var world = RenewalWorld()
    var steps = 0
    while world.renewal.step != .keeping, steps < 100, world.happen() { steps += 1 }
    let now = PartFixture.moment()
    world.waiting = []
    _ = world.renewal.done(.adopted(.failure(PartFixture.error)), at: now)
    let told23 = world.renewal.advance(to: PartFixture.moment(299_999))
    #expect(told23.isEmpty)
    world.take(world.renewal.advance(to: PartFixture.moment(300_000)))
    world.run()
    #expect(world.current == 1)
  }
}

extension OrderOutcome {
  fileprivate var isConfirmed: Bool { self == .confirmed }
}
