import DoorRules
import Testing

@testable import CloudProtocol

@Suite("A single wrong revision never uses up the numbers (D2, D3, C5)")
struct RevisionLimitTests {
  private static let max = RevisionLimits.revisionMax

  @Test("a revision up to 2^53 - 1 is one that every JSON reader keeps")
  func exact() {
    #expect(Self.max == 1 << 53 - 1)
    #expect(UInt64(Double(Self.max)) == Self.max && Double(Self.max) + 1 == Double(Self.max + 1))
    #expect(RevisionLimits.problem(of: Self.max, after: Self.max - 1) == nil)
    #expect(RevisionLimits.problem(of: Self.max + 1, after: Self.max) != nil)
    #expect(RevisionLimits.problem(of: Self.max + 1, after: Self.max - 1) != nil)
  }

  @Test("one above the highest is told so, whatever is in force")
  func told() {
    for current in [0, 7, Self.max - 1] {
      let problem = RevisionLimits.problem(of: Self.max + 1, after: current)
      #expect(problem?.contains("above 2^53 - 1, the highest") == true, "\(problem ?? "none")")
      #expect(problem?.hasSuffix("send \(current + 1)") == true)
    }
    // Nothing follows the highest.
    let last = RevisionLimits.problem(of: Self.max + 1, after: Self.max)
    #expect(last?.hasSuffix("above 2^53 - 1, the highest") == true)
  }

  @Test(
    "one takes at most half of what is left, and the next one is always taken",
    arguments: [0, 1, 2, 1_800_000_000_000, max / 2, max - 3, max - 2, max - 1])
  func half(_ current: UInt64) {
    let highest = current + (Self.max - current + 1) / 2
    #expect(RevisionLimits.problem(of: highest, after: current) == nil)
    let problem = RevisionLimits.problem(of: highest + 1, after: current)
    #expect(
      highest == Self.max
        || problem?.contains("after \(current) at most \(highest) is taken") == true)
    #expect(problem?.hasSuffix("send \(current + 1)") == true)
    #expect(RevisionLimits.problem(of: current + 1, after: current) == nil)
    // What does not rise is refused elsewhere, in words of its own.
    #expect(RevisionLimits.problem(of: current, after: current) == nil)
  }

  @Test("however often the highest is sent, 50 times and more there is a next one")
  func worst() {
    var current: UInt64 = 0
    var count = 0
    while current < Self.max {
      current = RevisionLimits.highest(after: current)
      count += 1
    }
    #expect(count == 53)
  }

  @Test("a controller that was above the limit before there was one goes on by halves")
  func earlier() {
    let nanoseconds: UInt64 = 1_800_000_000_000_000_000
    let last = DocumentReader.revisionMax
    #expect(RevisionLimits.problem(of: nanoseconds + 1, after: nanoseconds) == nil)
    let highest = nanoseconds + (last - nanoseconds + 1) / 2
    #expect(RevisionLimits.problem(of: highest, after: nanoseconds) == nil)
    #expect(RevisionLimits.problem(of: highest + 1, after: nanoseconds) != nil)
    #expect(RevisionLimits.problem(of: last, after: last) == nil)
    #expect(RevisionLimits.problem(of: .max, after: last) != nil)
  }

  @Test("an issuer's sequence is bound alike, and the next order is taken after a wrong one")
  func sequence() throws {
    let digester = try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
    let now = WallInstant(secondsSince1970: HandOverForge.now)
    var forge = try HandOverForge()
    func change(_ sequence: UInt64, after last: UInt64) throws -> IssuedBook.Change {
      forge.order.sequence = sequence
      return try IssuedBook(marks: [IssuerMark(issuer: "desk", sequence: last, order: "o")]).change(
        HandOverForge.verifier().verify(try forge.file(), at: now, clockTrust: .synchronised),
        digester: digester, at: now, reach: CredentialReach(), isCached: false, others: [])
    }
    let last: UInt64 = 1_800_000_000_000
    let highest = RevisionLimits.highest(after: last)
    #expect(try change(highest, after: last).mark.sequence == highest)
    let refusal = #expect(throws: HandOverRefusal.self) { _ = try change(highest + 1, after: last) }
    #expect(refusal?.limit == .malformed && refusal?.detail.contains("too far ahead") == true)
    #expect(try change(last + 1, after: last).isNew)
  }

  @Test("who checks a configuration before it is sent is told the same")
  func dryRun() throws {
    var document = StoreFixture.configuration(Self.max)
    func problems(_ present: ConfigurationDocument?) throws -> [String] {
      MessageCheck(
        configuration: try JSONCoding.encode(document), present: present, zones: { _ in .utc }
      ).problems.map(\.path)
    }
    #expect(try problems(StoreFixture.configuration(Self.max - 1)) == [])
    #expect(try problems(nil) == ["revision"])
    document.revision = 7
    #expect(try problems(nil) == [])
  }
}
