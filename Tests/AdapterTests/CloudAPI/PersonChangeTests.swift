import ArgumentParser
import ChildProcesses
import CloudProtocol
import DoorRules
import Foundation
import Testing

@testable import posterncloud

@Suite("A person is changed in one step (D17)", .serialized)
struct PersonChangeTests {
  /// Commands that run at once, each with connections of its own, as programs have them.
  private static let threads = OwnThreads(count: 8)

  private func atOnce(_ commands: [any ParsableCommand.Type], _ arguments: [[String]]) async throws
  {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (command, words) in zip(commands, arguments) {
        group.addTask(executorPreference: Self.threads) {
          var command = try command.parse(words)
          try command.run()
        }
      }
      try await group.waitForAll()
    }
  }

  /// A world with the doors `door-0` to `door-15`.
  private func world() async throws -> PlatformFixture {
    let fixture = try await PlatformFixture()
    try await fixture.furnish()
    let id = try #require(ControllerID("gate-of-many"))
    try fixture.store.controllers.enrol(id, credentialKey: Array(repeating: 3, count: 32))
    _ = try fixture.store.configurations.push(
      ConfigurationDocument(
        revision: 1,
        facility: FacilityDocument(id: "many", name: "Many", timeZone: "Europe/Berlin"),
        scopes: [], doors: (0..<16).map { DoorDocument(id: "door-\($0)", name: "Door \($0)") }),
      to: id.rawValue)
    return fixture
  }

  private func person(_ fixture: PlatformFixture, _ id: String) async throws -> PersonRecord? {
    try await fixture.platform.read { try $0.person(id) }
  }

  @Test("each of many commands at once is kept: exclusions, qualifications, the switch")
  func commands() async throws {
    let fixture = try await world()
    let place = ["--state", fixture.folder]
    var commands: [any ParsableCommand.Type] = []
    var arguments: [[String]] = []
    for number in 0..<16 {
      commands += [PersonCommand.Exclude.self, PersonCommand.Qualify.self]
      arguments += [
        ["ada", "--doors", "door-\(number)"] + place, ["ada", "course-\(number)"] + place,
      ]
    }
    commands.append(PersonCommand.Disable.self)
    arguments.append(["ada"] + place)
    try await atOnce(commands, arguments)
    let ada = try #require(try await person(fixture, "ada"))
    #expect(
      Set((ada.exclusions ?? []).flatMap { $0.doors ?? [] })
        == Set((0..<16).map { "door-\($0)" }))
    #expect(
      Set((ada.qualifications ?? []).map(\.name)) == Set((0..<16).map { "course-\($0)" }))
    #expect(!ada.accessEnabled)
  }

  @Test("a command and the API at once: what either changes stays")
  func withAPI() async throws {
    let fixture = try await world()
    for round in 0..<12 {
      async let call = fixture.ok(
        "PUT", "/v1/people/ada", ["memberType": "type-\(round)"])
      try await atOnce(
        [PersonCommand.Exclude.self],
        [["ada", "--doors", "door-\(round)", "--state", fixture.folder]])
      _ = try await call
      let ada = try #require(try await person(fixture, "ada"))
      #expect(ada.memberType == "type-\(round)")
      #expect(ada.exclusions?.count == round + 1)
    }
  }

  @Test("D17: a PUT that does not name the switch leaves it as the desk set it; a new one is on")
  func theSwitchStays() async throws {
    let fixture = try await world()
    try await atOnce([PersonCommand.Disable.self], [["ada", "--state", fixture.folder]])
    let named = try await fixture.ok("PUT", "/v1/people/ada", ["memberType": "monthly"])
    #expect(named.body["accessEnabled"] as? Bool == false)
    let ada = try #require(try await person(fixture, "ada"))
    #expect(!ada.accessEnabled && ada.memberType == "monthly")
    for wanted in [true, false] {
      try await fixture.ok("PUT", "/v1/people/ada", ["accessEnabled": wanted])
      let kept = try await fixture.ok("PUT", "/v1/people/ada", ["tags": ["a"]])
      #expect(kept.body["accessEnabled"] as? Bool == wanted)
    }
    let new = try await fixture.ok("PUT", "/v1/people/eve", [:])
    #expect(new.body["accessEnabled"] as? Bool == true)
  }

  @Test("person add of somebody who is there changes what it names, and switches nobody on")
  func addedAgain() async throws {
    let fixture = try await world()
    func add(_ words: String...) async throws -> PersonRecord {
      try await atOnce([PersonCommand.Add.self], [["gil"] + words + ["--state", fixture.folder]])
      return try #require(try await person(fixture, "gil"))
    }
    let first = try await add(
      "--disabled", "--type", "t", "--status", "paused", "--tags", "a,b", "--doors", "door-1",
      "--hours", "monday=08:00-17:00")
    #expect(!first.accessEnabled && first.grants.count == 1 && first.tags == ["a", "b"])
    try await fixture.ok(
      "PUT", "/v1/people/gil",
      ["memberType": "t", "membershipStatus": "paused", "tags": ["a", "b"], "customTags": ["c"]])
    var expected = first
    expected.customTags = ["c"]
    #expect(try await add() == expected)
    expected.memberType = "u"
    #expect(try await add("--type", "u") == expected)
    expected.tags = ["d"]
    #expect(try await add("--tags", "d") == expected)
    // What is named empty is empty.
    expected.tags = []
    #expect(try await add("--tags", "") == expected)
    expected.grants = [GrantRecord(facilityWide: true)]
    #expect(try await add("--facility-wide") == expected)
    expected.grants = []
    #expect(try await add("--doors", "") == expected)
    try await atOnce([PersonCommand.Enable.self], [["gil", "--state", fixture.folder]])
    expected.accessEnabled = true
    #expect(try await add() == expected)
    expected.accessEnabled = false
    #expect(try await add("--disabled") == expected)
  }

  @Test("a person who is not there is told, and a change that is not valid changes nothing")
  func refused() async throws {
    let fixture = try await PlatformFixture()
    try await fixture.furnish()
    let store = fixture.store
    #expect(throws: CloudProblem.self) {
      try store.people.changePresent("eve") { $0.accessEnabled = false }
    }
    let revision = try store.revisions.last()
    #expect(throws: CloudProblem.self) {
      try store.people.changePresent("ada") { $0.tags = (0...64).map { "t\($0)" } }
    }
    #expect(try store.revisions.last() == revision)
    #expect(try await person(fixture, "ada")?.tags == [])
  }
}
