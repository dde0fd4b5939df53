import DoorRules

/// Finds two people's credentials that one card or code fits where it is shown: digests of one card
/// in two formats differ, so nobody can see that in the records. Each pair is told once; the rules
/// decide as usual.
struct ClashWatch {
  /// The most pairs that are remembered as told.
  static let pairsMax = 256

  /// The latest last.
  private var told: [CredentialClash] = []

  /// `reach` is asked only where two people were found. `found` are the holders of what was shown.
  mutating func note(
    _ found: [CredentialHolder], reach: () -> CredentialReach
  ) -> [Wish] {
    let shown = found.filter(\.isOfTheIssueShown)
    guard Set(shown.map(\.person.id)).count > 1 else { return [] }
    let reach = reach()
    var wishes: [Wish] = []
    for (index, one) in shown.enumerated() {
      for other in shown[(index + 1)...] {
        guard let left = one.credential, var right = other.credential else { continue }
        // Both are of the card that was shown.
        right.issue = left.issue
        let clash = CredentialClash(left.id, right.id)
        guard left.clashes(with: right, in: reach), !told.contains(clash) else { continue }
        if told.count >= Self.pairsMax { told.removeFirst() }
        told.append(clash)
        wishes += clash.told
      }
    }
    return wishes
  }
}

extension CredentialHolder {
  /// False for a credential of another issue of the card.
  fileprivate var isOfTheIssueShown: Bool {
    guard let wanted = credential?.issue else { return true }
    return wanted == issue
  }
}
