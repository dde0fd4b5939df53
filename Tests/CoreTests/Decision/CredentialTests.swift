import DoorRules
import Testing

@Suite("C1 C2: what a credential is bound to")
struct CredentialTests {
  private let plain = Credential(id: RuleWorld.key, kind: .card, person: RuleWorld.ada)

  @Test("each bound alone makes it one: places by door or scope, time by any end, use by any count")
  func bounds() {
    for bits in 0..<64 {
      func has(_ bit: Int) -> Bool { bits >> bit & 1 == 1 }
      var credential = plain
      if has(0) { credential.doors = [RuleWorld.front] }
      if has(1) { credential.scopes = [RuleWorld.all] }
      if has(2) { credential.validFrom = RuleWorld.noon }
      if has(3) { credential.validUntil = RuleWorld.noon }
      if has(4) { credential.validSecondsFromFirstUse = 1 }
      if has(5) { credential.usesMax = 1 }
      #expect(credential.namesPlaces == (has(0) || has(1)))
      #expect(credential.isTimeBounded == (has(2) || has(3) || has(4)))
      #expect(credential.countsUses == (has(4) || has(5)))
    }
  }

  @Test("C2: an entry counts one more use, up to the most that can be counted")
  func counted() {
    var credential = plain
    credential.usesMax = 1
    let person = Person(id: RuleWorld.ada, accessEnabled: true)
    for (before, after) in [(0, 1), (.max - 1, .max), (.max, .max)] as [(Int, Int)] {
      let holder = CredentialHolder(
        credential: credential, person: person, use: CredentialUse(count: before))
      #expect(holder.used(at: RuleWorld.noon, .synchronised)?.use?.count == after)
    }
  }

  @Test("one of which nothing is said is active, bound to nothing, unused, and no call for help")
  func nothingSaid() {
    #expect(plain.status == .active && !plain.isDuress)
    #expect(!plain.namesPlaces && !plain.isTimeBounded && !plain.countsUses)
    #expect(plain.device == nil && plain.className == "standard")
    let person = Person(id: RuleWorld.ada, accessEnabled: true)
    let holder = CredentialHolder(credential: plain, person: person)
    #expect(holder.use.count == 0 && holder.use.first == nil && holder.presence.isEmpty)
    let verdict = RuleWorld { $0.credential = plain }.verdict()
    #expect(verdict.isGrant && !verdict.isDuress && verdict.used.allSatisfy { $0.use == nil })
  }
}
