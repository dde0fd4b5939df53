import CloudProtocol
import DoorRules

extension DenialReason {
  /// A door has the credential and yet opens for it at no time, until somebody changes the person,
  /// the credential or the configuration. Hours, modes, places that are full and the like pass by
  /// themselves, and are not told.
  fileprivate var lastsUntilChanged: Bool {
    switch self {
    case .unknownPerson, .accessDisabled, .excluded, .ruleMismatch, .qualificationMissing,
      .qualificationEnded, .wrongDoor, .wrongDevice:
      true
    default: false
    }
  }
}

/// Whether doors will open for a credential that they have: the door's own rules, asked with what
/// the cloud knows.
struct Outlook {
  let book: SiteBook
  let tools: APITools
  /// Milliseconds since 1970.
  let now: Int64
  /// Nil for a person who is not there.
  let person: PersonRecord?

  init(_ call: APICall, _ book: SiteBook, of person: String) throws {
    self.book = book
    tools = call.tools
    now = call.now
    self.person = try call.store.person(person)
  }

  /// Why the door lets nobody in by this credential, now or when its time begins; nil where it may.
  /// Nobody can tell where a record is wrong: the controller says that.
  func denial(
    of record: CredentialRecord, at door: String, of controller: String
  ) throws -> DenialReason? {
    guard let door = DoorID(door), let id = PersonID(record.person),
      let credential = try? record.validated(path: ""),
      let policy = try book.policy(of: controller, tools)
    else { return nil }
    var holder = Person.unknown(id)
    if let person {
      guard let known = try? person.validated(path: "") else { return nil }
      holder = known
    }
    let presentation: Presentation =
      switch credential.kind {
      case .card: .card
      case .pin: .pin
      case .mobile: .mobile(nil)
      }
    let start = (record.validFrom ?? .min).multipliedReportingOverflow(by: 1_000)
    var shown = CredentialHolder(credential: credential, person: holder)
    shown.issue = credential.issue
    let verdict = decide(
      AccessRequest(
        door: door, presentation: presentation, holders: [shown],
        at: WallInstant(millisecondsSince1970: max(now, start.overflow ? now : start.partialValue)),
        clockTrust: .synchronised), under: policy)
    guard case .deny(let reason) = verdict.decision, reason.lastsUntilChanged else { return nil }
    return reason
  }
}
