import DoorRules

/// Judges claims at one door at one moment, by holders that were read just now.
struct ClaimJudge {
  let policy: PolicySnapshot
  /// Everything of a request but what is shown.
  let door: AccessRequest
  /// All readers of the door.
  let readers: [ReaderID]

  func verdict(on claim: Claim, by found: [CredentialHolder]) -> Verdict {
    let shown = found.filter { claim.holders.contains($0.id) }
    switch claim.presentation {
    case .card, .pin, .mobile: return verdict(claim.presentation, shown, at: claim.reader)
    case .cardThenPIN:
      let pins = found.filter { claim.pins.contains($0.id) && counts($0) }
      let owners = Set(pins.map(\.person.id))
      let matching = shown.filter { owners.contains($0.person.id) }
      guard !matching.isEmpty else {
        let alone = verdict(.cardThenPIN, shown, at: claim.reader)
        // Whoever leaves needs no PIN, and so no right one.
        return shown.isEmpty || alone.isLeaving ? alone : alone.denied(.pinMismatch)
      }
      return verdict(.cardThenPIN, matching, at: claim.reader).with(pins, at: door)
    }
  }

  /// False for a PIN that is itself revoked, used up or not valid now: beside a card it proves
  /// nothing.
  private func counts(_ pin: CredentialHolder) -> Bool {
    switch verdict(.cardThenPIN, [pin], at: nil).decision {
    case .grant: true
    case .deny(let reason): !reason.atReader.voidsPIN
    }
  }

  private func verdict(
    _ presentation: Presentation, _ holders: [CredentialHolder], at reader: ReaderID?
  ) -> Verdict {
    var request = door
    request.presentation = presentation
    request.holders = holders
    request.reader = reader
    request.doorReaders = readers
    return decide(request, under: policy)
  }
}

extension Verdict {
  /// The same person's denial: nothing is used, nobody passes.
  func denied(_ reason: DenialReason) -> Verdict {
    Verdict(
      decision: .deny(reason), credential: credential, person: person,
      policyRevision: policyRevision, steps: steps)
  }

  /// A card's verdict with the PINs that were typed after it: the person's first one is used as well,
  /// and any of them may be a duress PIN.
  fileprivate func with(_ pins: [CredentialHolder], at door: AccessRequest) -> Verdict {
    guard isGrant else { return self }
    var verdict = self
    let own = pins.filter { $0.person.id == person }.sorted {
      ($0.credential?.id.rawValue ?? "") < ($1.credential?.id.rawValue ?? "")
    }
    verdict.isDuress = isDuress || own.contains { $0.credential?.isDuress == true }
    guard !isLeaving else { return verdict }
    verdict.alsoUses = [own.first?.used(at: door.at, door.clockTrust)].compactMap { $0 }
    return verdict
  }
}
