public import DoorRules

/// A command whose members were all checked.
public enum ValidatedCommand: Sendable, Hashable {
  /// A member's unlock; the door's rules decide.
  case unlock(door: DoorID, person: PersonID, location: Presentation.Location?)
  /// An operator's unlock; `orderedBy` is the operator, if the cloud named one.
  case adminUnlock(door: DoorID, reason: String, orderedBy: String?)
  /// An answer to a ring.
  case answerBell(door: DoorID, BellAnswer, orderedBy: String?)
  /// Three beeps, at one door or at all.
  case identify(door: DoorID?)
  /// Maintenance or lockdown at one door or at all.
  case mode(ModeOrder)
  /// Nil is every reader.
  case clearLockout(reader: ReaderID?, orderedBy: String?)
  /// Nil is everybody.
  case forgive(person: PersonID?)
  /// Nobody counts as inside any more.
  case resetArea(AreaID, reason: String, orderedBy: String?)
  /// A plan begins or ends.
  case plan(PlanOrder)
  /// Another hello, and a digest of every record.
  case sync
  /// Telemetry now, and a diagnosis.
  case diagnostics
  /// The daemon's last log lines.
  case logs
  /// 32 bytes of an Ed25519 public key.
  case trustKey(id: String, bytes: [UInt8], rights: KeyRights)
  case distrustKey(id: String)
  case revokeOfflinePIN(door: DoorID, OfflinePINWindow, orderedBy: String?)
  /// A new key, and a request for its certificate.
  case renewCertificate
}

extension Command {
  /// Length of a reason, in characters.
  public static let reasonCharacters = 1...200
  /// Length of an operator's name, in characters.
  public static let operatorCharacters = 1...120
  /// How long a mode may be ordered for, in seconds.
  public static let modeSeconds = Int64(1)...604_800

  /// The command in terms of the domain. Throws everything that is wrong, each with its path.
  public func validated() throws(ValidationFailure) -> ValidatedCommand {
    var reader = DocumentReader()
    let door: DoorID? = self.door.flatMap { reader.identifier($0, "door") }
    if let reason { reader.text(reason, "reason", length: Self.reasonCharacters) }
    for member in kind.required where isMissing(member) {
      reader.note(member.rawValue, "is missing")
    }
    let command = read(door, &reader)
    try reader.check()
    guard let command else { throw ValidationFailure(path: "", message: "is incomplete") }
    return command
  }

  /// Throws unless this is an operator's name as a command may have it: of this length, without
  /// control characters.
  public static func check(operator name: String, path: String) throws(ValidationFailure) {
    var reader = DocumentReader()
    reader.text(name, path, length: operatorCharacters)
    try reader.check()
  }

  /// Throws unless this is a reason as a command may have it.
  public static func check(reason: String, path: String) throws(ValidationFailure) {
    var reader = DocumentReader()
    reader.text(reason, path, length: reasonCharacters)
    try reader.check()
  }

  private func isMissing(_ member: Member) -> Bool {
    switch member {
    // The check of a key notes an absent one too.
    case .keyID, .key: false
    case .door, .person, .reason, .mode, .seconds, .reader, .area, .plan, .change, .location,
      .delegation, .window, .answer:
      !has(member)
    }
  }

  func has(_ member: Member) -> Bool {
    switch member {
    case .door: door != nil
    case .person: person != nil
    case .reason: reason != nil
    case .mode: mode != nil
    case .seconds: seconds != nil
    case .reader: reader != nil
    case .area: area != nil
    case .plan: plan != nil
    case .change: change != nil
    case .location: location != nil
    case .keyID: keyID != nil
    case .key: key != nil
    case .delegation: delegation != nil
    case .window: window != nil
    case .answer: answer != nil
    }
  }

  /// What the kind's own members hold; nil if one is missing or cannot be read.
  private func read(_ door: DoorID?, _ reader: inout DocumentReader) -> ValidatedCommand? {
    switch kind {
    case .unlock:
      let person: PersonID? = self.person.flatMap { reader.identifier($0, "person") }
      let location = location?.read(&reader, "location")
      guard let door, let person else { return nil }
      return .unlock(door: door, person: person, location: location)
    case .adminUnlock:
      let person = readOperator(&reader)
      guard let door, let reason else { return nil }
      return .adminUnlock(door: door, reason: reason, orderedBy: person)
    case .answerBell:
      let person = readOperator(&reader)
      guard let door, let answer else { return nil }
      return .answerBell(door: door, answer, orderedBy: person)
    case .identify:
      return .identify(door: door)
    case .mode:
      let person = readOperator(&reader)
      if let seconds { reader.whole(seconds, "seconds", in: Self.modeSeconds) }
      guard let mode, let reason else { return nil }
      return .mode(
        ModeOrder(
          door: door, change: mode, by: person ?? ModeOrder.cloud, reason: reason,
          seconds: seconds))
    case .clearLockout:
      let person = readOperator(&reader)
      let which: ReaderID? = self.reader.flatMap { reader.identifier($0, "reader") }
      return .clearLockout(reader: which, orderedBy: person)
    case .forgive:
      return .forgive(person: person.flatMap { reader.identifier($0, "person") })
    case .resetArea:
      let person = readOperator(&reader)
      let area: AreaID? = self.area.flatMap { reader.identifier($0, "area") }
      guard let area, let reason else { return nil }
      return .resetArea(area, reason: reason, orderedBy: person)
    case .plan:
      let person = readOperator(&reader)
      let plan: PlanID? = self.plan.flatMap { reader.identifier($0, "plan") }
      guard let plan, let change, let reason else { return nil }
      return .plan(
        PlanOrder(
          plan: plan, change: change, hand: .cloud, by: person ?? ModeOrder.cloud, reason: reason))
    case .sync:
      return .sync
    case .diagnostics:
      return .diagnostics
    case .logs:
      return .logs
    case .trustKey:
      let bytes = readKey(&reader)
      return keyID.map { .trustKey(id: $0, bytes: bytes, rights: .every) }
    case .delegateKey:
      let bytes = readKey(&reader)
      guard let rights = delegation?.read(&reader, "delegation") else { return nil }
      return keyID.map { .trustKey(id: $0, bytes: bytes, rights: rights) }
    case .distrustKey:
      noteKeyID(&reader)
      return keyID.map { .distrustKey(id: $0) }
    case .revokeOfflinePIN:
      let person = readOperator(&reader)
      guard let door, let window else { return nil }
      return .revokeOfflinePIN(door: door, window, orderedBy: person)
    case .renewCertificate:
      return .renewCertificate
    }
  }

  /// Who ordered it, where `person` is an operator and not a member.
  private func readOperator(_ reader: inout DocumentReader) -> String? {
    if let person { reader.text(person, "person", length: Self.operatorCharacters) }
    return person
  }

  /// The bytes of a key with its id; notes what is wrong with either.
  private func readKey(_ reader: inout DocumentReader) -> [UInt8] {
    noteKeyID(&reader)
    let bytes = key.flatMap { Base64URL.decode($0.utf8) } ?? []
    do throws(SigningKey.Fault) { _ = try SigningKey(bytes) } catch {
      let isLength = bytes.count != SigningKey.byteCount
      reader.note("key", isLength ? "must be 32 bytes in base64url" : "a public key \(error)")
    }
    return bytes
  }

  private func noteKeyID(_ reader: inout DocumentReader) {
    if !EnvelopeLimits.isID(keyID ?? "") { reader.note("keyID", "is missing or no key id") }
  }
}
