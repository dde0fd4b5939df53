import Foundation
import Testing

@Suite("G6: who is excluded, and who lacks what a door requires, from desk to door", .blocking)
struct StandingSystemTests {
  @Test("an exclusion and a missing qualification deny by name, are explained, and end again")
  func standing() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    /// Asks by phone until the door has what the desk said; nil is a grant.
    func becomes(_ reason: String?) throws -> Bool {
      try world.eventually {
        let outcome = try world.posterncloud("unlock", "gate-1", "front", "--person", "ada")
        return reason.map { outcome.output.contains("rejected: \($0)") } ?? (outcome.status == 0)
      }
    }
    func succeeds(_ outcome: BuiltProgram.Outcome) {
      #expect(outcome.status == 0, "\(outcome)")
    }
    func explained() throws -> String {
      try world.postern("explain", "--door", "front", "--person", "ada").output
    }

    succeeds(try world.posterncloud("person", "add", "ada", "--facility-wide"))
    #expect(try becomes(nil))
    succeeds(
      try world.posterncloud("person", "exclude", "ada", "--doors", "front", "--until", "+2h"))
    #expect(try becomes("excluded"))
    #expect(try explained().contains("ada is denied here until"))
    let before = try #require(try world.status()?["credentialRevision"] as? Int)
    // Neither a new record of the person nor a line of an import lifts it.
    succeeds(try world.posterncloud("person", "add", "ada", "--facility-wide", "--tags", "new"))
    let file = world.folder.path + "/people"
    try Data(#"{"person": "ada", "enabled": true}"#.utf8).write(to: URL(filePath: file))
    succeeds(try world.posterncloud("import", "gate-1", file))
    #expect(
      try world.eventually {
        (try world.status()?["credentialRevision"] as? Int ?? 0) >= before + 2
      })
    #expect(try becomes("excluded"))
    succeeds(try world.posterncloud("person", "readmit", "ada"))
    #expect(try becomes(nil))

    let change = world.folder.path + "/change.json"
    try Data(#"{"facility": {"requiredQualifications": ["induction"]}}"#.utf8).write(
      to: URL(filePath: change))
    succeeds(try world.posterncloud("config", "patch", "gate-1", change))
    #expect(try becomes("qualificationMissing"))
    #expect(try explained().contains("ada does not have induction"))
    succeeds(try world.posterncloud("person", "qualify", "ada", "induction"))
    #expect(try becomes(nil))
    succeeds(try world.posterncloud("person", "qualify", "ada", "induction", "--until=-1s"))
    #expect(try becomes("qualificationEnded"))
    succeeds(try world.posterncloud("person", "disqualify", "ada", "induction"))
    #expect(try becomes("qualificationMissing"))
  }
}
