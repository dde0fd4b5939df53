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
