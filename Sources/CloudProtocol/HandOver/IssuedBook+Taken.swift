import DoorRules

extension IssuedBook {
  /// Refuses a key whose card or PIN another person has at one of its doors in its time: that person
  /// would come in under the new name, and could not be kept out. A revoked one counts until its end,
  /// since its holder still has the card or knows the PIN. `digests` are all of the value, `others` the
  /// cloud's credentials that have one of them.
  func checkFree(
    _ key: IssuedKey, digests: [CredentialDigest], beside others: [Credential],
    in reach: CredentialReach
  ) throws(HandOverRefusal) {
    guard let wanted = try? key.record.validated(path: "credential") else { return }
    let handedOver = keys(ofAny: digests).compactMap {
      try? $0.record.validated(path: "credential")
    }
    // Of a key that is here, what is here counts.
    let clouds = others.filter { keys[$0.id.rawValue] == nil }
    for other in handedOver + clouds where other.id != wanted.id {
      var standing = other
      standing.status = .active
      guard wanted.clashes(with: standing, in: reach) else { continue }
      let state = other.status == .revoked ? ", which is revoked," : ""
      throw HandOverRefusal(
        .taken,
        "another person's credential \(other.id)\(state) has the same value at one of these doors; "
          + "use another card or PIN")
    }
  }
}
