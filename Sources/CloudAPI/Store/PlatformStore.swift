public import CloudProtocol
public import DoorRules

/// What the API needs of a database. It is narrow, so that another database can take its place: a
/// transaction, documents by kind and id, two logs, and the tables that doors are served from.
public protocol PlatformStore: Sendable {
  /// Reads in one state of the database.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (any PlatformTransaction) throws -> Value
  ) async throws -> Value

  /// Changes; nothing of it stays when `body` throws.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (any PlatformTransaction) throws -> Value
  ) async throws -> Value
}

/// Kinds of documents that only the API reads.
public enum DocumentKind: String, Sendable, CaseIterable {
  /// By the hash of the token; its parent is the token's name.
  case token
  /// Answers to an `Idempotency-Key`.
  case answer
  case reservation, credential, code
  /// Finds a credential by the id that one controller knows it by.
  case part
  case unlock
  case webhook
  /// Messages that a receiver refused; the parent is the webhook.
  case delivery
}

/// Logs that are only added to.
public enum LogKind: String, Sendable, CaseIterable {
  /// Who changed what.
  case audit
}

/// One entry of a log, or one document.
public struct StoredEntry: Sendable {
  public var id: String
  public var body: [UInt8]

  public init(id: String, body: [UInt8]) {
    self.id = id
    self.body = body
  }
}

/// Reads and changes within one transaction. Its errors are those of the database.
public protocol PlatformTransaction {
  // Documents
  func document(_ kind: DocumentKind, _ id: String) throws -> [UInt8]?
  /// By id, after `after`; of one parent, or of all where it is nil.
  func documents(
    _ kind: DocumentKind, parent: String?, after: String, limit: Int
  ) throws -> [StoredEntry]
  /// By id, after `after`: those whose JSON has the text in a string, as it is written in JSON.
  func documents(
    _ kind: DocumentKind, holding text: String, after: String, limit: Int
  ) throws -> [StoredEntry]
  /// Adds or replaces; `at` is in milliseconds since 1970.
  func put(
    _ kind: DocumentKind, _ id: String, parent: String?, _ body: [UInt8], at: Int64) throws
  func remove(_ kind: DocumentKind, _ id: String) throws
  /// Removes the oldest of a kind, if they are older than `before`.
  func removeOld(_ kind: DocumentKind, before: Int64, limit: Int) throws

  // Logs
  func append(_ log: LogKind, _ body: [UInt8], at: Int64) throws
  /// Newest first; those before the position, or all.
  func entries(_ log: LogKind, before: Int64?, limit: Int) throws -> [StoredEntry]

  // Controllers
  func controllers() throws -> [ControllerFacts]
  func controller(_ id: String) throws -> ControllerFacts?
  /// Those whose configuration names the site as its facility.
  func controllers(of site: String) throws -> [ControllerFacts]
  /// Stores a configuration that was validated; the store numbers it.
  func push(_ document: ConfigurationDocument, to controller: String) throws
  /// Credentials that the controller has not answered for.
  func pendingCredentials(of controller: String) throws -> Int

  // People
  func person(_ id: String) throws -> PersonRecord?
  func people(after: String, limit: Int) throws -> [PersonRecord]
  func put(_ person: PersonRecord) throws

  // Credentials as controllers know them
  func digest(of value: Secret<String>, at controller: String) throws -> CredentialDigest
  /// Active credentials with this value.
  func holders(of digest: CredentialDigest, at controller: String) throws -> [CredentialRecord]
  func credential(_ id: String) throws -> CredentialStanding?
  /// Adds or replaces; it is pending until the controller answers.
  func put(_ record: CredentialRecord, at controller: String) throws

  // Commands
  func queue(
    _ command: Command, id: String, for controller: String, at: Int64, runsOut: Int64) throws
  func command(_ id: String) throws -> CommandStanding?

  // Events and notices, in the order of arrival
  /// Looks at no more than `limit` events from the cursor on.
  func events(_ span: EventSpan, limit: Int) throws -> [PlacedEvent]
  func event(at position: Int64) throws -> PlacedEvent?
  /// An alarm that came ahead of its turn.
  func urgentEvent(_ reference: String) throws -> PlacedEvent?
  func notices(after: Int64, limit: Int) throws -> [Notice]
  /// Removes the oldest, if they are older than `before` and not behind the position.
  func removeNotices(before: Int64, through position: Int64, limit: Int) throws
  /// The position of the latest notice; 0 for none.
  func lastNotice() throws -> Int64
}

extension PlatformTransaction {
  /// Removes the oldest, if they are older than `before`.
  func removeNotices(before: Int64, limit: Int) throws {
    try removeNotices(before: before, through: .max, limit: limit)
  }
}

/// What is known of a controller.
public struct ControllerFacts: Sendable {
  public var id: String
  /// Nil before the first was pushed.
  public var configuration: ConfigurationDocument?
  /// The revision of the configuration that the controller refused; nil for none.
  public var refusedConfiguration: UInt64?
  public var hello: Hello?
  public var state: StateReport?
  public var telemetry: TelemetryReport?
  /// A change came into force at the controller after it told ``telemetry``.
  public var isTelemetryOvertaken: Bool
  /// When two machines last used this identity, in milliseconds since 1970.
  public var clonedMilliseconds: Int64?

  public init(
    id: String, configuration: ConfigurationDocument?, refusedConfiguration: UInt64?,
    hello: Hello?, state: StateReport?, telemetry: TelemetryReport?, isTelemetryOvertaken: Bool,
    clonedMilliseconds: Int64?
  ) {
    self.id = id
    self.configuration = configuration
    self.refusedConfiguration = refusedConfiguration
    self.hello = hello
    self.state = state
    self.telemetry = telemetry
    self.isTelemetryOvertaken = isTelemetryOvertaken
    self.clonedMilliseconds = clonedMilliseconds
  }
}

/// A credential as one controller has it.
public struct CredentialStanding: Sendable {
  public var record: CredentialRecord
  public var controller: String
  /// `pending`, or what the controller answered.
  public var status: String
  public var statusMilliseconds: Int64?
  public var grantedMilliseconds: Int64?
  public var revokedMilliseconds: Int64?
  /// What the controller said is wrong with it.
  public var problems: [Problem]

  public init(
    record: CredentialRecord, controller: String, status: String, statusMilliseconds: Int64?,
    grantedMilliseconds: Int64?, revokedMilliseconds: Int64?, problems: [Problem]
  ) {
    self.record = record
    self.controller = controller
    self.status = status
    self.statusMilliseconds = statusMilliseconds
    self.grantedMilliseconds = grantedMilliseconds
    self.revokedMilliseconds = revokedMilliseconds
    self.problems = problems
  }
}

/// A command that waits or was sent.
public struct CommandStanding: Sendable {
  public var controller: String
  public var command: Command
  public var runsOutMilliseconds: Int64
  public var result: CommandResult?

  public init(
    controller: String, command: Command, runsOutMilliseconds: Int64, result: CommandResult?
  ) {
    self.controller = controller
    self.command = command
    self.runsOutMilliseconds = runsOutMilliseconds
    self.result = result
  }
}

/// Where to read events.
public enum EventSpan: Sendable {
  /// Newest first, before the position; from the newest on where it is nil.
  case before(Int64?)
  /// Oldest first, after the position.
  case after(Int64)
}

/// An event and its place in the order of arrival.
public struct PlacedEvent: Sendable {
  public var position: Int64
  public var controller: String
  public var event: CloudEvent

  public init(position: Int64, controller: String, event: CloudEvent) {
    self.position = position
    self.controller = controller
    self.event = event
  }
}

/// Something happened that webhooks tell.
public struct Notice: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// ``reference`` is the event's position.
    case event
    /// An alarm ahead of its turn; ``reference`` names it.
    case alarm
    /// ``reference`` is the credential's id at the controller, ``detail`` its status.
    case credential
    /// ``reference`` is a controller, ``detail`` `online` or `offline`.
    case controller
    /// ``reference`` is the command, ``detail`` its outcome.
    case command
  }

  public var position: Int64
  public var atMilliseconds: Int64
  public var kind: Kind
  public var reference: String
  public var detail: String?

  public init(
    position: Int64, atMilliseconds: Int64, kind: Kind, reference: String, detail: String?
  ) {
    self.position = position
    self.atMilliseconds = atMilliseconds
    self.kind = kind
    self.reference = reference
    self.detail = detail
  }
}
