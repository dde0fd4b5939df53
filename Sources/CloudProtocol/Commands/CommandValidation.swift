public import DoorRules

/// A command of which every part is there.
public enum ValidatedCommand: Sendable, Hashable {
  /// A member's unlock; the door's rules decide.
  case unlock(door: DoorID, person: PersonID, location: Presentation.Location?)
  /// An operator's unlock; `orderedBy` is the operator, if the cloud said who.
  case adminUnlock(door: DoorID, reason: String, orderedBy: String?)
  /// Three beeps, at one door or at all.
  case identify(door: DoorID?)
  /// Maintenance or lockdown at one door or at all.
  case mode(door: DoorID?, ModeWord, orderedBy: String?, reason: String, seconds: Int64?)
  /// Nil is every reader.
  case clearLockout(reader: ReaderID?, orderedBy: String?)
  /// Nil is everybody.
  case forgive(person: PersonID?)
  /// Hello again, and a digest of everything.
  case sync
  /// Telemetry now, with every trouble.
  case diagnostics
  /// The daemon's last log lines.
  case logs
  /// 32 bytes of an Ed25519 public key.
  case trustKey(id: String, bytes: [UInt8])
  case distrustKey(id: String)
  case revokeOfflinePIN(door: DoorID, OfflinePINWindow, orderedBy: String?)
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
    switch kind {
    case .unlock:
      if self.door == nil { reader.note("door", "is missing") }
      if self.person == nil { reader.note("person", "is missing") }
      let person: PersonID? = self.person.flatMap { reader.identifier($0, "person") }
      let location = location?.read(&reader, "location")
      try reader.check()
      if let door, let person {
        return .unlock(door: door, person: person, location: location)
      }
    case .adminUnlock:
      if self.door == nil { reader.note("door", "is missing") }
      if reason == nil { reader.note("reason", "is missing") }
      if let person { reader.text(person, "person", length: Self.operatorCharacters) }
      try reader.check()
      if let door, let reason {
        return .adminUnlock(door: door, reason: reason, orderedBy: person)
      }
    case .mode:
      if mode == nil { reader.note("mode", "is missing") }
      if reason == nil { reader.note("reason", "is missing") }
      if let person { reader.text(person, "person", length: Self.operatorCharacters) }
      if let seconds { reader.whole(seconds, "seconds", in: Self.modeSeconds) }
      try reader.check()
      if let mode, let reason {
        return .mode(door: door, mode, orderedBy: person, reason: reason, seconds: seconds)
      }
    case .clearLockout:
      if let person { reader.text(person, "person", length: Self.operatorCharacters) }
      let which: ReaderID? = self.reader.flatMap { reader.identifier($0, "reader") }
      try reader.check()
      return .clearLockout(reader: which, orderedBy: person)
    case .trustKey, .distrustKey:
      let bytes = key.flatMap { Base64URL.decode($0.utf8) } ?? []
      if !EnvelopeLimits.isID(keyID ?? "") { reader.note("keyID", "is missing or no key id") }
      if kind == .trustKey, bytes.count != 32 {
        reader.note("key", "must be 32 bytes in base64url")
      }
      try reader.check()
      if let keyID {
        return kind == .trustKey
          ? .trustKey(id: keyID, bytes: bytes) : .distrustKey(id: keyID)
      }
    case .revokeOfflinePIN:
      if self.door == nil { reader.note("door", "is missing") }
      if window == nil { reader.note("window", "is missing") }
      if let person { reader.text(person, "person", length: Self.operatorCharacters) }
      try reader.check()
      if let door, let window {
        return .revokeOfflinePIN(door: door, window, orderedBy: person)
      }
    case .logs:
      try reader.check()
      return .logs
    case .diagnostics:
      try reader.check()
      return .diagnostics
    case .forgive:
      let who: PersonID? = person.flatMap { reader.identifier($0, "person") }
      try reader.check()
      return .forgive(person: who)
    case .identify:
      try reader.check()
      return .identify(door: door)
    case .sync:
      try reader.check()
      return .sync
    }
    throw ValidationFailure(path: "", message: "is incomplete")
  }
}

extension LocationDocument {
  /// The position; what is wrong is noted below `path`.
  func read(_ reader: inout DocumentReader, _ path: String) -> Presentation.Location {
    reader.number(lat, "\(path).lat", in: -90...90)
    reader.number(lng, "\(path).lng", in: -180...180)
    if let accuracyMeters {
      reader.number(accuracyMeters, "\(path).accuracyMeters", in: 0...Self.accuracyMetersMax)
    }
    return Presentation.Location(latitude: lat, longitude: lng, accuracyMeters: accuracyMeters)
  }
}
