import CloudProtocol
import DoorPorts
import DoorRules

/// The credential store with the planted fault.
extension SabotagedParts: PolicyStore {
  func configuration() throws(PortError) -> ConfigurationDocument? {
    var document = try disk.cache.configuration()
    if fault == .forgetExits {
      for index in document?.facility.areas?.indices ?? 0..<0 {
        document?.facility.areas?[index].exitReaders = nil
      }
    }
    if fault == .ignoreMost {
      for index in document?.facility.areas?.indices ?? 0..<0 {
        document?.facility.areas?[index].occupancy?.most = nil
        document?.facility.areas?[index].occupancy?.atMost = nil
      }
    }
    if fault == .forgetOfficeEnd {
      for index in document?.doors.indices ?? 0..<0 {
        document?.doors[index].settings.office?.minutes = 1_440
        document?.doors[index].settings.office?.hours = nil
      }
    }
    if fault == .forgetAutomationEnd {
      for index in document?.facility.automations?.indices ?? 0..<0 {
        for action in document?.facility.automations?[index].then.indices ?? 0..<0
        where document?.facility.automations?[index].then[action].seconds != nil {
          document?.facility.automations?[index].then[action].seconds = 86_400
        }
      }
    }
    return document
  }
  func previousConfiguration() throws(PortError) -> ConfigurationDocument? {
    try disk.cache.previousConfiguration()
  }
  func zone() throws(PortError) -> CompiledZone? {
    fault == .forgetRules ? nil : try disk.cache.zone()
  }
  func replaceConfiguration(
    _ document: ConfigurationDocument, zone: CompiledZone?
  ) throws(PortError) {
    try disk.cache.replaceConfiguration(document, zone: zone)
  }
  func storeZone(_ zone: CompiledZone, revision: UInt64) throws(PortError) {
    try disk.cache.storeZone(zone, revision: revision)
  }
  func credentialPosition() throws(PortError) -> CredentialPosition {
    try disk.cache.credentialPosition()
  }
  func recordDigest() throws(PortError) -> RecordSetDigest { try disk.cache.recordDigest() }
  func rescanRecordDigest() throws(PortError) -> RecordSetDigest {
    try disk.cache.rescanRecordDigest()
  }
  func apply(_ repair: SoundRepair) throws(PortError) -> AppliedRecords {
    try disk.cache.apply(repair)
  }
  func revoke(_ credentials: [String]) throws(PortError) { try disk.cache.revoke(credentials) }
  func stateCopies() throws(PortError) -> [String: [UInt8]] {
    fault == .forgetCopies ? [:] : try disk.cache.stateCopies()
  }
  func replaceStateCopies(_ copies: [String: [UInt8]]) throws(PortError) {
    try disk.cache.replaceStateCopies(copies)
  }
  func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot {
    try disk.cache.stage(offer)
  }
  func stage(_ chunk: SoundChunk) throws(PortError) -> StagedSnapshot? {
    try disk.cache.stage(chunk)
  }
  func person(_ id: PersonID) throws(PortError) -> Person? { try disk.cache.person(id) }
  func credentials(of person: PersonID) throws(PortError) -> [Credential] {
    try disk.cache.credentials(of: person)
  }
  func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder? {
    try disk.cache.holder(of: credential).map(sabotaged)
  }

  @discardableResult
  func apply(_ delta: SoundDelta) throws(PortError) -> AppliedRecords {
    if fault == .refuseWholeDelta, !delta.records.notes.refused.isEmpty {
      throw PortError(
        .invalid, operation: "apply credentials", detail: "a record of it is refused")
    }
    let present = try disk.cache.credentialPosition().revision
    if fault == .takeReplays, delta.baseRevision.map({ $0 != present }) == true,
      let moved = try? CredentialDelta(
        baseRevision: present, revision: present + 1, persons: delta.records.persons,
        credentials: delta.records.credentials
      ).sifted()
    {
      return try disk.cache.apply(moved)
    }
    if fault == .forgetContent, delta.baseRevision != nil, delta.revision == present {
      return AppliedRecords(refused: delta.records.notes.refused)
    }
    let nothing = CredentialDelta(baseRevision: delta.baseRevision, revision: delta.revision)
    guard fault == .skipDelta, delta.baseRevision != nil, let empty = try? nothing.sifted() else {
      return try disk.cache.apply(delta)
    }
    return try disk.cache.apply(empty)
  }

  func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder] {
    try disk.cache.holders(ofAny: digests).map(sabotaged)
  }

  private func sabotaged(_ holder: CredentialHolder) -> CredentialHolder {
    var holder = holder
    switch fault {
    case .ignoreRevocation: holder.credential?.status = .active
    case .endsOneSecondLate:
      let end = holder.credential?.validUntil
      holder.credential?.validUntil = end?.advanced(bySeconds: 1)
    case .ignoreSwitch: holder.person.accessEnabled = true
    case .ignoreScope:
      if holder.credential?.namesPlaces == true {
        holder.credential?.doors = Set((0..<16).compactMap { DoorID("door-\($0)") })
      }
    case .ignoreExclusion: holder.person.exclusions = []
    case .ignorePlan: holder.person.tags.insert(StorySite.guardTag)
    case .extendForEverybody: holder.person.tags.insert(StorySite.slow)
    case .ignoreEscort: holder.person.escort = nil
    case .ignoreUnused: holder.credential?.unusedDays = nil
    case .ignoreIssue: holder.credential?.issue = nil
    case .ignoreQualification:
      holder.person.qualifications = [Qualification(name: StorySite.induction)]
    case .ignoreUnknownPerson:
      if !holder.person.isKnown {
        holder.person = Person(id: holder.person.id, accessEnabled: true)
      }
    case .freeUses: holder.credential?.usesMax = nil
    case .staleLookUps:
      if let old = found[holder.id], time.elapsed - old.at < 60_000_000 { return old.holder }
      found[holder.id] = (holder, time.elapsed)
    default: break
    }
    return holder
  }
}

extension SabotagedParts: StateStore {
  func value(forKey key: String) throws(PortError) -> [UInt8]? {
    // The stored watermark would reveal that the clock went back.
    if fault == .believeAnyClock, key.hasPrefix("clock.") { return nil }
    if fault == .forgetRevisions, key == "revisions" { return nil }
    if fault == .forgetRules, key == "zone" { return nil }
    return try disk.state.value(forKey: key)
  }
  func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    try disk.state.values(withPrefix: prefix)
  }
  func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    let forgets = fault == .forgetPresence
    try disk.state.setValues(
      values.filter { !forgets || !$0.key.hasPrefix("presence.of.") })
  }
}
