import CloudProtocol
import DoorRules
import Foundation
import Testing

@testable import posterncloud

@Suite("A restored cloud revokes what its controllers' events name before it sends anything (D9)")
struct RestoredTableTests {
  private let world: ReachFixture
  private let gate: ControllerID
  private var restored: RestoredTable { world.store.restored }

  /// The backup: three keys, and ten events of the log `e`.
  init() throws {
    world = try ReachFixture()
    gate = try #require(ControllerID("gate-1"))
    try world.enrol("gate-1", "gate-2")
    try world.configure("gate-1", doors: ["front", "pool"])
    for person in ["ada", "bea", "cleo"] {
      try world.add(person)
      try world.issue("key-\(person)", to: person, at: "gate-1")
    }
    _ = try take(1...10)
  }

  private func hello(
    aheadBy ahead: UInt64 = 0, credentials: UInt64? = nil, config: UInt64 = 0, epoch: String = "e",
    last: UInt64 = 14,
    acknowledged: UInt64 = 14
  ) throws -> Hello {
    let line = try world.store.revisions.line(of: gate).last
    return Hello(
      controller: "gate-1", software: "test", bootID: "b", sessionNonce: "n",
      configRevision: config, credentialRevision: credentials ?? line + ahead, logEpoch: epoch,
      lastEvent: last, acknowledgedEvent: acknowledged, clockTrust: "synchronised",
      simulated: true)
  }

  private func event(
    _ number: UInt64, _ type: EventType, person: String? = nil, credential: String? = nil,
    reason: String? = nil, detail: [String: String] = [:]
  ) -> CloudEvent {
    CloudEvent(
      controller: "gate-1", number: number,
      draft: EventDraft(
        id: "event-\(number)", type: type.wireName, timeMilliseconds: 0,
        clockTrust: "synchronised", simulated: true, person: person, credential: credential,
        reason: reason, detail: detail))
  }

  private func revoked(_ number: UInt64, _ key: String) -> CloudEvent {
    event(number, .lockKeyRevoked, credential: key, detail: ["key_id": key])
  }

  private func stopped(
    _ number: UInt64, _ person: String, _ reason: String, status: String? = nil
  ) -> CloudEvent {
    var detail: [String: String] = [:]
    detail["status"] = status
    return event(number, .personStopped, person: person, reason: reason, detail: detail)
  }

  @discardableResult
  private func take(
    _ numbers: ClosedRange<UInt64>, _ events: [CloudEvent] = [], epoch: String = "e",
    dropped: UInt64? = nil
  ) throws -> EventAcknowledgement {
    let all = numbers.map { number in
      events.first { $0.number == number } ?? event(number, .doorBell)
    }
    return try world.store.events.take(
      EventBatch(controller: "gate-1", epoch: epoch, events: all, droppedThrough: dropped),
      from: gate)
  }

  private func isWaiting() throws -> Bool { try restored.isWaiting(gate) }

  private func status(_ key: String) throws -> String? {
    try world.store.database.read { try CredentialTable.find(key, $0)?.record.status }
  }

  private func person(_ id: String) throws -> PersonRecord? {
    try world.store.database.read { try PersonTable.find(id, $0) }
  }

  private func standing() throws -> RestoredTable.Standing? {
    try world.store.database.read { try RestoredTable.find("gate-1", $0) }
  }

  // MARK: Noticing

  @Test("a controller that this cloud is level with, or ahead of, waits for nothing")
  func level() throws {
    let line = try world.store.revisions.line(of: gate).last
    for credentials in [line, line - 1, 0] {
      let isNoticed = try restored.notice(
        hello(credentials: credentials, acknowledged: 10), at: 1)
      #expect(!isNoticed)
    }
    #expect(try !isWaiting() && standing() == nil)
    #expect(try world.store.revisions.line(of: gate).last == line)
  }

  @Test("each sign of a restored backup is noticed, and this cloud numbers above the controller")
  func signs() throws {
    let line = try world.store.revisions.line(of: gate).last
    let signs = [
      try hello(credentials: line + 1, acknowledged: 10),
      try hello(credentials: line, config: 7, acknowledged: 10),
      // Changes since the backup have overtaken it; only its events are more.
      try hello(credentials: line - 1),
    ]
    for sign in signs {
      let world = try RestoredTableTests()
      #expect(try world.restored.notice(sign, at: 1))
      #expect(try world.isWaiting())
      let now = try world.world.store.revisions.line(of: gate)
      #expect(now.last > max(sign.credentialRevision, line) && now.floor == now.last)
      let config = try #require(try world.world.store.configurations.present(of: "gate-1"))
      #expect(config.revision > max(sign.configRevision, 1))
    }
  }

  @Test("a controller whose cache was lost has nothing, and is ahead all the same")
  func lostCache() throws {
    let line = try world.store.revisions.line(of: gate).last
    var lost = try hello(credentials: 0, acknowledged: 10)
    lost.newestConfigRevision = 7
    lost.newestCredentialRevision = line + 5
    #expect(try restored.notice(lost, at: 1))
    #expect(try isWaiting())
    #expect(try world.store.revisions.line(of: gate).last > line + 5)
    #expect(try #require(try world.store.configurations.present(of: "gate-1")).revision > 7)
  }

  @Test("it waits over a restart of the cloud, and its next hello, which is level, changes nothing")
  func restart() throws {
    #expect(try restored.notice(hello(), at: 1))
    let again = try CloudStore(folder: world.folder)
    #expect(try again.restored.isWaiting(gate))
    let level = try hello(credentials: world.store.revisions.line(of: gate).last)
    #expect(try again.restored.notice(level, at: 2))
    #expect(try again.restored.isWaiting(gate) && standing()?.noticedMilliseconds == 1)
  }

  // MARK: Events

  @Test("keys that events name are revoked as they come, and nothing is sent before the last event")
  func revokes() throws {
    #expect(try restored.notice(hello(), at: 1))
    #expect(
      try world.store.events.correction(hello())
        == EventAcknowledgement(epoch: "e", through: 10, rewind: true))
    try take(11...12, [revoked(12, "key-bea")])
    #expect(try status("key-bea") == "revoked" && isWaiting())
    try take(13...14, [revoked(13, "key-none")])
    #expect(try !isWaiting())
    #expect(try status("key-ada") == "active" && status("key-bea") == "revoked")
    let texts = try restored.findings(try #require(try standing()), limit: 10).map(\.text)
    #expect(
      texts == [
        "key key-bea was revoked: revoked here too", "key key-none was revoked: not known here",
      ])
    // Later events are those of every day.
    try take(15...15, [revoked(15, "key-ada")])
    #expect(try status("key-ada") == "active")
  }

  @Test(
    "where its records are newer as well, events cannot tell what was changed: a person is asked")
  func newerRecords() throws {
    let line = try world.store.revisions.line(of: gate).last
    for sign in [try hello(aheadBy: 1), try hello(credentials: line, config: 7)] {
      let world = try RestoredTableTests()
      #expect(try world.restored.notice(sign, at: 1))
      try world.take(11...14, [revoked(12, "key-bea")])
      // What events name is stopped all the same.
      #expect(try world.status("key-bea") == "revoked" && world.isWaiting())
      #expect(try world.standing()?.needsWord?.contains("newer than this backup's") == true)
      #expect(try world.restored.send(["gate-1"], at: 3) == ["gate-1"])
      #expect(try !world.isWaiting())
    }
    // Also where every event is here already.
    #expect(try restored.notice(hello(aheadBy: 5, last: 10, acknowledged: 10), at: 1))
    #expect(try isWaiting())
  }

  @Test(
    "a key that was revoked and issued again stays revoked: the record here may be the old card's")
  func issuedAgain() throws {
    #expect(try restored.notice(hello(), at: 1))
    try take(
      11...14,
      [
        revoked(11, "key-bea"),
        event(12, .lockKeyIssued, credential: "key-bea", detail: ["key_id": "key-bea"]),
        event(13, .lockKeyIssued, credential: "key-new", detail: ["key_id": "key-new"]),
        event(14, .lockKeyUpdated, credential: "key-ada", detail: ["key_id": "key-ada"]),
      ])
    #expect(try status("key-bea") == "revoked" && !isWaiting())
    let texts = try restored.findings(try #require(try standing()), limit: 10).map(\.text)
    #expect(
      Array(texts.dropFirst()) == [
        "key key-bea was issued and is revoked here",
        "key key-new was issued and is not known here: it ends",
        "key key-ada was changed: what stands here may be older",
      ])
  }

  @Test("a key that is another controller's here is not revoked by this one")
  func elsewhere() throws {
    try world.replace("key-bea", by: "bea", at: "gate-2")
    #expect(try restored.notice(hello(), at: 1))
    try take(11...14, [revoked(11, "key-bea")])
    #expect(try status("key-bea") == "active")
  }

  @Test("people whom the controller stopped are stopped here, each as the event says")
  func people() throws {
    #expect(try restored.notice(hello(), at: 1))
    try take(
      11...14,
      [
        stopped(11, "ada", "accessDisabled"),
        stopped(12, "bea", "membershipStatus", status: "lapsed"), stopped(13, "cleo", "removed"),
        stopped(14, "nobody", "removed"),
      ])
    #expect(try !isWaiting())
    #expect(try person("ada")?.accessEnabled == false)
    #expect(try person("bea")?.membershipStatus == "lapsed" && person("bea")?.accessEnabled == true)
    // Other controllers' doors stay as they are.
    #expect(try person("cleo")?.exclusions == [ExclusionRecord(doors: ["front", "pool"])])
    #expect(try person("cleo")?.accessEnabled == true && person("nobody") == nil)
  }

  @Test("a reason that this version does not know switches the person off")
  func unknownReason() throws {
    #expect(try restored.notice(hello(), at: 1))
    try take(
      11...14, [stopped(11, "ada", "newerThanThis"), stopped(12, "bea", "membershipStatus")])
    #expect(try person("ada")?.accessEnabled == false && person("bea")?.accessEnabled == false)
  }

  // MARK: What events cannot tell

  @Test("events that are gone at the controller, or that name not all, leave it to a person")
  func missing() throws {
    #expect(try restored.notice(hello(), at: 1))
    try take(13...14, [revoked(13, "key-bea")], dropped: 12)
    #expect(try status("key-bea") == "revoked" && isWaiting())
    #expect(try standing()?.needsWord == "events 11 to 12 are gone at the controller")

    let other = try RestoredTableTests()
    #expect(try other.restored.notice(hello(), at: 1))
    try other.take(11...14, [event(12, .recordsStopped, detail: ["count": "7"])])
    #expect(
      try other.standing()?.needsWord == "7 keys and people stopped that no event names")
    #expect(try other.isWaiting())
  }

  @Test("a log that this cloud never knew is asked for whole, and joins the one that it knew")
  func otherLog() throws {
    #expect(try restored.notice(hello(aheadBy: 5, epoch: "f"), at: 1))
    #expect(
      try world.store.events.correction(hello(epoch: "f"))
        == EventAcknowledgement(epoch: "f", through: 0, rewind: true))
    // Its first events are gone, and those that are known here are not missed.
    try take(8...9, epoch: "f", dropped: 7)
    #expect(try standing()?.isOtherLog == false && isWaiting())
    try take(10...14, [revoked(12, "key-bea")], epoch: "f")
    #expect(try status("key-bea") == "revoked")
    #expect(try standing()?.needsWord?.contains("newer than this backup's") == true)
  }

  @Test("a log that joins none that this cloud knew leaves it to a person")
  func lostLog() throws {
    #expect(try restored.notice(hello(aheadBy: 5, epoch: "f", last: 22, acknowledged: 0), at: 1))
    try take(21...22, [revoked(21, "key-bea")], epoch: "f", dropped: 20)
    #expect(try status("key-bea") == "revoked" && isWaiting())
    #expect(try standing()?.needsWord?.contains("its log is another one") == true)
  }

  @Test("a cloud that knew no log of a controller leaves it to a person: it may have been emptied")
  func emptied() throws {
    let other = try #require(ControllerID("gate-2"))
    let hello = Hello(
      controller: "gate-2", software: "test", bootID: "b", sessionNonce: "n", configRevision: 3,
      credentialRevision: 90, logEpoch: "f", lastEvent: 2, acknowledgedEvent: 2,
      clockTrust: "synchronised", simulated: true)
    #expect(try restored.notice(hello, at: 1))
    // All its events come, and none was dropped.
    let events = (1...2).map { number in
      CloudEvent(
        controller: "gate-2", number: UInt64(number),
        draft: EventDraft(
          id: "other-\(number)", type: EventType.doorBell.wireName, timeMilliseconds: 0,
          clockTrust: "synchronised", simulated: true))
    }
    let answer = try world.store.events.take(
      EventBatch(controller: "gate-2", epoch: "f", events: events), from: other)
    #expect(answer.through == 2)
    #expect(try restored.isWaiting(other))
    let standing = try world.store.database.read { try RestoredTable.find("gate-2", $0) }
    #expect(standing?.needsWord?.contains("this cloud had none") == true)
    #expect(try restored.send(["gate-2"], at: 3) == ["gate-2"])
    #expect(try !restored.isWaiting(other))
  }

  @Test("a person's word lets everything be sent, to those that wait and no other")
  func word() throws {
    #expect(try restored.notice(hello(), at: 1))
    let before = try world.store.revisions.last()
    #expect(throws: CloudProblem.self) { try restored.send(["gate-1", "gate-2"], at: 2) }
    #expect(try isWaiting())
    #expect(try restored.send([], at: 3) == ["gate-1"])
    #expect(try !isWaiting() && standing()?.sentMilliseconds == 3)
    // The server looks at it again.
    #expect(try world.store.revisions.changed(after: before).controllers == ["gate-1"])
    #expect(try restored.send([], at: 4) == [])
  }
}
