import DoorRules
import Testing

@Suite("C4: a code that two people share at one door is a clash")
struct CredentialClashTests {
  private let front = DoorID("front")!
  private let back = DoorID("back")!
  private let all = ScopeID("all")!

  private func credential(
    _ id: String, _ person: String, doors: Set<DoorID> = [], scopes: Set<ScopeID> = [],
    from: Int64? = nil, until: Int64? = nil, status: Credential.Status = .active,
    kind: Credential.Kind = .pin
  ) -> Credential {
    Credential(
      id: CredentialID(id)!, kind: kind, person: PersonID(person)!, status: status,
      validFrom: from.map(WallInstant.init(secondsSince1970:)),
      validUntil: until.map(WallInstant.init(secondsSince1970:)), doors: doors, scopes: scopes)
  }

  private func clash(
    _ left: Credential, _ right: Credential, lead: Int64 = 0, tail: Int64 = 0
  ) -> Bool {
    let reach = CredentialReach(
      scopes: [all: Set([front, back])], leadSeconds: lead, tailSeconds: tail)
    let answer = left.clashes(with: right, in: reach)
    #expect(answer == right.clashes(with: left, in: reach), "it goes both ways")
    return answer
  }

  @Test("one person's code over all reservations is none; somebody else's is")
  func persons() {
    #expect(!clash(credential("a", "ada"), credential("b", "ada")))
    #expect(clash(credential("a", "ada"), credential("b", "ben")))
  }

  @Test("a card and a PIN of one value are told apart by how they are shown")
  func kinds() {
    for left in Credential.Kind.allCases {
      for right in Credential.Kind.allCases {
        let found = clash(credential("a", "ada", kind: left), credential("b", "ben", kind: right))
        #expect(found == (left == right))
      }
    }
  }

  @Test("G6: two issues of one card are told apart; one that names none is not")
  func issues() {
    func card(_ person: String, _ issue: UInt64?) -> Credential {
      var card = credential(person, person, kind: .card)
      card.issue = issue
      return card
    }
    #expect(!clash(card("ada", 1), card("ben", 2)))
    #expect(clash(card("ada", 1), card("ben", 1)))
    #expect(clash(card("ada", 1), card("ben", nil)))
  }

  @Test("only at a door that both are for, by name or by scope")
  func places() {
    let atFront = credential("a", "ada", doors: [front])
    #expect(!clash(atFront, credential("b", "ben", doors: [back])))
    #expect(clash(atFront, credential("b", "ben", doors: [front, back])))
    #expect(clash(atFront, credential("b", "ben", scopes: [all])))
    #expect(clash(atFront, credential("b", "ben")))
  }

  @Test("only while both count: an end and a beginning at one moment do not meet")
  func times() {
    let morning = credential("a", "ada", from: 100, until: 200)
    #expect(!clash(morning, credential("b", "ben", from: 200, until: 300)))
    #expect(clash(morning, credential("b", "ben", from: 199, until: 300)))
    #expect(clash(morning, credential("b", "ben", until: 101)))
    #expect(!clash(morning, credential("b", "ben", until: 100)))
  }

  @Test("C4: the lead lets the next one in while the one before it still opens, up to its tail")
  func leadAndTail() {
    let morning = credential("a", "ada", from: 10_000, until: 20_000)
    func next(_ from: Int64, lead: Int64, tail: Int64) -> Bool {
      clash(morning, credential("b", "ben", from: from, until: 30_000), lead: lead, tail: tail)
    }
    #expect(next(20_000, lead: 900, tail: 60))
    #expect(next(20_839, lead: 900, tail: 60))
    #expect(!next(20_840, lead: 900, tail: 60))
    // A tail that is longer than the lead parts those that would meet by their times.
    #expect(next(19_099, lead: 0, tail: 900))
    #expect(!next(19_100, lead: 0, tail: 900))
  }

  @Test("C4: two clash when some moment is open to both, as the rule of their times has it")
  func rule() {
    for from in stride(from: Int64(0), through: 4_000, by: 100) {
      for (lead, tail) in [(0, 0), (900, 60), (0, 600), (600, 600)] as [(Int64, Int64)] {
        let left = credential("a", "ada", from: 1_000, until: 2_500)
        let right = credential("b", "ben", from: from, until: from + 1_300)
        let (starts, ends) = (max(1_000, from) - lead, min(2_500, from + 1_300) - tail)
        #expect(clash(left, right, lead: lead, tail: tail) == (starts < ends), "\(from) \(lead)")
      }
    }
  }

  @Test("a withdrawn one clashes with nobody")
  func revoked() {
    #expect(!clash(credential("a", "ada", status: .revoked), credential("b", "ben")))
  }
}
