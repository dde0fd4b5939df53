import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// What somebody wants to know of the stores. The answer comes when the disk gives it; nobody waits
/// for it who serves the door.
enum HolderQuestion: Sendable {
  /// The core asks who holds what was shown at a reader.
  case shown(LookUp)
  /// The cloud ordered an unlock for a person; from `expires` on it opens nothing.
  case member(
    PersonID, door: DoorID, Presentation.Location?, order: String, expires: WallInstant?)
  /// A phone gave a mobile key on site.
  case phone(Secret<String>, door: DoorID, done: @Sendable (Result<Void, PortError>) -> Void)
  /// A technician asks what would be decided.
  case explanation(AccessQuestion, done: @Sendable (Explained) -> Void)
  /// Somebody hands over a key.
  case handOver([UInt8], done: @Sendable (HandedOver) -> Void)
  /// What the directory keeps in memory from its start on.
  case books
  /// The core asks where everybody was last seen.
  case presences

  typealias Explained = Result<(Verdict, at: String), PortError>
  typealias HandedOver = Result<IssuedBook.Change, HandOverRefusal>
}

/// The stores' answer to somebody on site, for the shell to act on.
enum SiteAnswer {
  case phone(
    [CredentialHolder], door: DoorID, done: @Sendable (Result<Void, PortError>) -> Void)
  case explanation(
    AccessQuestion, [CredentialHolder], done: @Sendable (HolderQuestion.Explained) -> Void)
  case handOver(HandOverReading, done: @Sendable (HolderQuestion.HandedOver) -> Void)
}

/// A question on its way to the stores, with what is known here already.
package struct HolderRequest: Sendable {
  let ticket: UInt64
  let question: HolderQuestion
  /// When it was asked.
  let at: Moment
  /// The policy asks where people are.
  let hasAreas: Bool
  /// The cache is older than what was in force, and counts for nobody.
  var cacheIsBehind = false
  var uses: CredentialUses
  var presence: PresenceBook
  /// Nil until it could be read.
  var issued: IssuedBook?
  /// What is kept of offline PINs was not read yet.
  let needsOfflinePINs: Bool
}

/// What the stores answered.
package struct HolderReading: Sendable {
  let ticket: UInt64
  /// The holders in the cache and of keys that were handed over; an error when the cache, or what
  /// this door remembers of a holder, cannot be read.
  var holders: Result<[CredentialHolder], PortError> = .success([])
  /// Holders that were found before, as they are now: none where one is gone, or an offline PIN.
  var again: [(id: HolderID, holder: Result<[CredentialHolder], PortError>)] = []
  /// Offline PINs that fit what was shown.
  var windows: [OfflinePINWindow] = []
  /// Where everybody was last seen, by area; nil when it could not be read, or was not asked for.
  var presences: [AreaID: [PersonID: AreaPresence]]?
  /// Evidence of a credential that nobody has.
  var digest: String?
  var handOver: HandOverReading?
  // Read for the first time.
  var presence: PresenceBook?
  var issued: IssuedBook?
  var offlinePINs: OfflinePINBook?
  /// For the log.
  var troubles: [String] = []

  init(ticket: UInt64) { self.ticket = ticket }

  /// The first record that is damaged; nil where none was met.
  var damage: PortError? {
    ([holders] + again.map(\.holder)).lazy.compactMap { result in
      guard case .failure(let error) = result, error.code == .damaged else { return nil }
      return error
    }.first
  }
}

/// A file that somebody hands over, verified.
struct HandOverReading: Sendable {
  var order: Result<HandOverVerifier.Verified, HandOverRefusal>
  /// The cloud's own records have a credential of this id.
  var isCached: Bool
  /// The cloud's credentials that have the value of the key.
  var others: [Credential] = []
}
