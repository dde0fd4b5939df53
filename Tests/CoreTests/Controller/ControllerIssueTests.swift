import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("G6: what a card tells of its issue reaches the decision")
struct ControllerIssueTests {
  private func world(
    _ mode: PresentationMode = .cardOnly,
    change: (inout ControllerHarness.Setting) -> Void = { _ in }
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode) {
      $0.layout.readers[0].formats = .standard
      change(&$0)
    }
    world.issue("card-ada", .card, to: "ada", as: "card:S12906:7:42")
    world.issue("pin-ada", .pin, to: "ada", as: "pin:1234")
    world.change("card-ada") { $0.credential?.issue = 2 }
    return world
  }

  private func show(_ issue: UInt64, to world: inout ControllerHarness) throws {
    let bits = try FormatTable.standard.encode(
      format: "S12906", facility: 7, card: 42, issue: issue)
    world.send(bits: bits, from: ControllerHarness.reader)
    world.run(forMilliseconds: 100)
  }

  @Test(
    "the card that was given out opens, an older and a newer one are denied and name the person")
  func card() throws {
    var world = world()
    for issue in UInt64(0)...3 { try show(issue, to: &world) }
    #expect(world.denials == [.issueOutdated, .issueOutdated, nil, .issueUnknown])
    #expect(world.attempts.map(\.verdict.person?.rawValue) == Array(repeating: "ada", count: 4))
  }

  @Test(
    "a card that waits for its PIN is still the issue that it was, whatever the cloud says then")
  func pin() throws {
    var world = world(.cardThenPIN)
    try show(2, to: &world)
    world.type("1234#")
    #expect(world.denials == [nil])
    try show(2, to: &world)
    world.change("card-ada") { $0.credential?.issue = 3 }
    world.type("1234#")
    #expect(world.denials == [nil, .issueOutdated])
  }

  @Test("the second of two people shows an old card: nobody enters, and the first goes on waiting")
  func pair() throws {
    var world = world { $0.door.settings.personsRequired = 2 }
    world.issue("card-ben", .card, to: "ben", as: "card:H10301:1:7")
    try world.badge(facility: 1, card: 7)
    try show(1, to: &world)
    #expect(world.denials == [.secondPersonRequired, .issueOutdated])
    try show(2, to: &world)
    #expect(world.denials.last == .some(nil) && world.isReleased)
  }

  @Test("a card of a format without issues asks no second question")
  func cost() throws {
    var world = world()
    try world.badge(facility: 7, card: 42)
    #expect(world.asked.last?.issues == [])
    try show(1, to: &world)
    #expect(
      world.asked.last?.issues
        == [CardIssue(canonical: Secret("card:S12906:7:42"), issue: 1)])
  }
}
