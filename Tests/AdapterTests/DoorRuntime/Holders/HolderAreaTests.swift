import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("G2: HolderDirectory: where everybody is, for the areas that count")
struct HolderAreaTests {
  private static let gym = AreaID("gym")!
  private static let pool = AreaID("pool")!
  private static let ada = PersonID("ada")!

  private let state = MemoryState([
    "presence.of.ada": "gym 1 7000\npool 0 8000", "presence.of.bob": "gym 1 9000",
    "presence.of.%zz": "gym 1 9000", "presence.of.cem": "damaged", "use.k-1": "gym 1 1",
  ])
  private var holders: AnsweringDirectory

  init() throws {
    let digester = try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
    holders = AnsweringDirectory(
      HolderReader(
        policy: MemoryPolicy(), state: state, issued: nil, digester: digester, handOver: nil,
        offline: nil))
  }

  /// Everybody inside by area, as the core is told; nil where it could not be read.
  private mutating func inside() -> [AreaID: [String]]? {
    for case .core(.presences(let presences)) in holders.ask(
      .presences, hasAreas: true, at: PartFixture.moment())
    {
      return presences?.mapValues { people in
        people.filter(\.value.isInside).map(\.key.rawValue).sorted()
      }
    }
    Issue.record("nothing was answered")
    return nil
  }

  @Test("what an earlier run persisted is found, and a damaged line is passed over")
  mutating func persisted() {
    #expect(inside() == [Self.gym: ["ada", "bob"], Self.pool: []])
  }

  @Test("what is not on disk yet counts too, and more than what is there")
  func latest() throws {
    let seen = AreaPresence(isInside: true, since: PartFixture.moment().wall)
    var book = PresenceBook()
    _ = book.newest(of: Self.ada, read: [:])
    let isNoted = book.note(seen, of: Self.ada, in: Self.pool)
    let all = try book.everybody(in: state)
    #expect(isNoted && all[Self.pool]?[Self.ada] == seen)
    #expect(all[Self.gym]?.keys.map(\.rawValue) == ["bob"])
  }

  @Test("a disk that cannot be read answers nothing, and is named in the log")
  mutating func unreadable() {
    state.fail(with: PartFixture.error)
    let wishes = holders.ask(.presences, hasAreas: true, at: PartFixture.moment())
    #expect(wishes.names == ["log error", "core presences"])
    #expect(inside() == nil)
  }

  @Test(
    "a reset of one area counts for that area, at once and after a restart; later entries count")
  mutating func reset() throws {
    let now = PartFixture.moment()
    let wishes = holders.directory.reset(Self.gym, at: now.wall)
    let text = "gym \(now.wall.millisecondsSince1970)"
    #expect(wishes.writtenText == ["presence.resets": text])
    #expect(inside() == [Self.pool: []])
    try state.setValues(["presence.resets": Array(text.utf8)])
    var restarted = try HolderAreaTests()
    try restarted.state.setValues(["presence.resets": Array(text.utf8)])
    #expect(restarted.inside() == [Self.pool: []])
    let later = now.wall.advanced(bySeconds: 1).millisecondsSince1970
    try restarted.state.setValues(["presence.of.bob": Array("gym 1 \(later)".utf8)])
    #expect(restarted.inside() == [Self.gym: ["bob"], Self.pool: []])
    // For anti-passback they are outside as well.
    var book = PresenceBook()
    let presence = try book.presence(of: Self.ada, in: restarted.state)
    #expect(presence.keys.map(\.self) == [Self.pool])
  }
}
