import DoorRules
import Testing

@Suite("G6: a card's issue number")
struct IssueRuleTests {
  private func world(_ issue: UInt64?, shown: UInt64?) -> RuleWorld {
    RuleWorld {
      $0.credential?.issue = issue
      $0.issue = shown
    }
  }

  @Test(
    "an older issue, a newer one and none are denied, each with its reason",
    arguments: [
      (nil, nil, nil), (nil, 3, nil), (2, 2, nil), (0, 0, nil), (2, 1, .issueOutdated),
      (1, 0, .issueOutdated), (2, 3, .issueUnknown), (2, nil, .issueUnknown), (0, 1, .issueUnknown),
      (.max, .max, nil), (.max, 0, .issueOutdated),
    ] as [(UInt64?, UInt64?, DenialReason?)])
  func table(_ issue: UInt64?, _ shown: UInt64?, _ denial: DenialReason?) {
    #expect(world(issue, shown: shown).denial == denial)
  }

  @Test("the explanation names both issues")
  func explained() {
    let step = world(2, shown: 1).step("IssueRule")
    #expect(step?.detail == "credential key is issue 2, the card is the older 1")
    #expect(
      world(2, shown: nil).step("IssueRule")?.detail
        == "credential key is issue 2, and the card told none")
  }

  @Test("of two holders of one card the one with its issue gets in; else its age is the reason")
  func several() {
    var world = world(1, shown: 1)
    var holders = world.request.holders
    world.credential?.issue = 2
    world.credential?.id = CredentialID("key-2")!
    holders += world.request.holders
    func decision(_ change: (inout [CredentialHolder]) -> Void = { _ in }) -> Verdict.Decision {
      var request = world.request
      request.holders = holders
      change(&request.holders)
      return decide(request, under: world.policy).decision
    }
    #expect(decision() == .grant(via: .grant))
    #expect(decision { $0[0].credential?.status = .revoked } == .deny(.issueOutdated))
  }
}
