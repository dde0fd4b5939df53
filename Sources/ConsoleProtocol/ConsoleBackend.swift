public import CloudProtocol

/// What the local interface needs of the daemon. The daemon implements it; the socket, the web page
/// and the tests use it.
public protocol ConsoleBackend: Sendable {
  func status() async -> ConsoleStatus
  /// Newest first unless `after` is given, then oldest first.
  func events(_ query: EventQuery) async throws(ConsoleProblem) -> [ConsoleEvent]
  /// Events from now on, until the client ends; a slow client loses the oldest.
  func eventStream() async -> AsyncStream<ConsoleEvent>
  /// Runs every check; takes up to ten seconds.
  func diagnose() async -> DiagnosisReport
  /// Edges, frames, movements and events from now on; a slow client loses the oldest.
  func live(_ options: LiveOptions) async throws(ConsoleProblem) -> AsyncStream<LiveNote>
  /// Shows card numbers and keys in the live view for a while; recorded. Returns how many seconds.
  func disclose(_ request: DisclosureRequest) async throws(ConsoleProblem) -> DisclosureAnswer
  /// Releases a lock for its hold time, as an operator's unlock, and reports whether the relay
  /// moved.
  func testRelay(_ test: RelayTest) async throws(ConsoleProblem) -> RelayTestResult
  /// Publishes another hello to the cloud and compares every record.
  func sync() async throws(ConsoleProblem)
  /// Ordered by id.
  func credentials(_ query: CredentialQuery) async throws(ConsoleProblem) -> [ConsoleCredential]
  /// The configuration in force, as the cloud sent it; nil before the first.
  func configuration() async throws(ConsoleProblem) -> ConfigurationDocument?
  /// Nil for a door without a geofence.
  func geofence(_ trial: GeofenceTrial) async throws(ConsoleProblem) -> GeofenceResult?
  func history() async -> [HistorySample]
  func support() async -> SupportFacts
  /// In the Prometheus text format.
  func metrics() async -> String
  /// Beeps three times at one door, or at every door.
  func identify(door: String?) async throws(ConsoleProblem)
  /// Explains a decision without carrying it out. A question about a card is recorded with who asks,
  /// and limited: who may ask any number finds every card.
  func explain(_ request: ExplainRequest) async throws(ConsoleProblem) -> Explanation
  /// Maintenance and lockdown; recorded with operator and reason.
  func setMode(_ request: ModeRequest) async throws(ConsoleProblem)
  /// Lets in whoever rings at a door, or not; recorded.
  func answerBell(_ request: BellRequest) async throws(ConsoleProblem)
  /// Ends the lockout of a keypad; nil is every reader.
  func clearLockout(reader: String?, by: String) async throws(ConsoleProblem)
  /// Gives a reader on an OSDP line a key of its own; recorded, and ends by itself.
  func pair(_ request: PairRequest) async throws(ConsoleProblem) -> PairAnswer
  /// Anti-passback: a person, or everybody for nil, is counted as outside everywhere.
  func forgive(person: String?, by: String) async throws(ConsoleProblem)
  /// Who is inside the areas that count, by the areas' ids.
  func muster() async -> [ConsoleArea]
  /// Sets the count of an area back: nobody counts as inside. Recorded with operator and reason.
  func resetArea(_ request: AreaResetRequest) async throws(ConsoleProblem)
  /// The plans that are configured or in force, by their ids.
  func plans() async -> [ConsolePlan]
  /// Starts a plan, practises it or ends it; recorded with operator and reason.
  func carryOut(_ request: PlanRequest) async throws(ConsoleProblem)
  /// The automations as they stand, with the auxiliary inputs and outputs.
  func automations() async -> ConsoleAutomations
  /// Takes the system's clock for right, whatever the door knew; recorded with operator and reason.
  func trustClock(_ request: ClockTrustRequest) async throws(ConsoleProblem)
  /// Accepts a key that was issued without the cloud, or a change of one.
  func handOver(_ request: HandOverRequest) async throws(ConsoleProblem) -> HandOverAnswer
  /// Opens for a mobile key that a phone presented to another device on site, such as a radio.
  func present(_ request: PresentRequest) async throws(ConsoleProblem)
  /// Revokes an offline PIN at its door; recorded.
  func revokeOfflinePIN(_ request: OfflinePINRequest) async throws(ConsoleProblem)
  /// What each door's settings and configuration say by the table of grades, in the order of the doors.
  func grades() async -> [GradeReport]
  /// Somebody signed in at the web page, or is no longer; recorded.
  func note(_ change: SessionChange) async
  /// Files what a technician saw when a door was handed over; recorded as an event.
  func file(_ report: CommissioningReport) async throws(ConsoleProblem)
  /// Acts on the simulated panel; refused when the hardware is real.
  func panel(_ action: PanelAction) async throws(ConsoleProblem)
}

/// Why a request was not served.
public struct ConsoleProblem: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The request is not valid.
    case invalid
    /// There is no such door, reader or page.
    case notFound
    /// Not possible with this hardware or in this state.
    case refused
    /// The daemon or its storage failed.
    case unavailable
  }

  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
