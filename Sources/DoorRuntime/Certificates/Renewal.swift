import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Renews the controller's certificate for the broker: a new key, a request up, certificates down, a
/// trial at the next connection. The pair before it is deleted only once the cloud has answered over
/// the new one. Each step is on disk before the next begins, so that a restart goes on at it.
struct Renewal {
  /// How far it is.
  enum Step: Sendable, Hashable {
    /// What an earlier run left is not known yet.
    case unread
    case idle
    /// A key and a request are made.
    case making
    /// The request is sent until there is an answer.
    case asking(OpenRequest)
    /// The answer is checked and stored.
    case storing(OpenRequest)
    case trying(RenewalTrial)
    /// The pair on trial becomes the present one.
    case keeping
    /// The pair on trial is deleted.
    case dropping
  }

  /// The first wait for an answer; each one is twice as long as the one before.
  static let askSeconds = 60
  /// The longest wait for an answer.
  static let askSecondsMax = 6 * 3_600
  /// So long after a refusal the cloud is asked again.
  static let refusedSeconds = 86_400
  /// So long after a failure a whole renewal, or what the disk refused, is tried again at first.
  static let againSeconds = 300
  /// The longest wait after a failure.
  static let againSecondsMax = 86_400

  /// The certificate's name in events and troubles.
  static let name = "broker.client"

  private(set) var step = Step.unread
  private let controller: ControllerID
  /// Why nothing can be renewed here.
  private var obstacle: String?
  private var trouble: String?
  private var isConnected = false
  /// The command that waits for the request.
  private var order: String?
  /// The cloud is not asked again before ``due``, not even at a new connection.
  private var isRefused = false
  /// How often in a row it was asked, or failed.
  private var count = 0
  /// When the next thing is due: to ask again, to try the disk again, to begin again.
  private var due: MonotonicInstant?

  /// `obstacle` is why nothing can be renewed here, as long as nothing else was read.
  init(controller: ControllerID, obstacle: String? = nil) {
    self.controller = controller
    self.obstacle = obstacle
  }

  var troubles: [String] { [trouble].compactMap(\.self) }

  var nextDeadline: MonotonicInstant? {
    switch step {
    case .asking: isConnected ? due : nil
    case .trying(let trial): trial.deadline
    case .keeping, .dropping: due
    case .unread, .idle, .making, .storing: nil
    }
  }

  /// When a certificate is to be renewed: with a third of its life left, or up to a thirtieth less, so
  /// that controllers that were enrolled together do not all come at once.
  static func dueTime(of life: Range<WallInstant>, controller: ControllerID) -> WallInstant {
    let end = life.upperBound.secondsSince1970
    let seconds = max(end - life.lowerBound.secondsSince1970, 0)
    // FNV-1a: the same at every start.
    let hash = "\(controller) \(end)".utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    let later = Int64(hash % UInt64(seconds / 30 + 1))
    return life.upperBound.advanced(bySeconds: later - seconds / 3)
  }

  // MARK: What begins it

  /// What is on disk; read at the start and at each housekeeping.
  mutating func read(_ standing: RenewalStanding, at now: Moment) -> [Wish] {
    obstacle = standing.obstacle
    let isDue =
      now.trust.isTrusted && obstacle == nil
      && standing.life.map { now.wall >= Self.dueTime(of: $0, controller: controller) } == true
    switch step {
    case .unread:
      step = .idle
      if standing.isOnTrial { return beginTrial() }
      if let request = standing.request { return begin(asking: request, at: now) }
      return isDue ? begin() : []
    case .idle:
      if !isDue { trouble = nil }
      let isTime = due.map { now.monotonic >= $0 } ?? true
      return isDue && isTime ? begin() : []
    case .asking:
      // Somebody put another certificate in place, or a command had asked too early.
      if isRefused, !isDue, now.trust.isTrusted { becomeIdle() }
      return []
    case .making, .storing, .trying, .keeping, .dropping: return []
    }
  }

  /// A command to renew. It is done once the request is on disk.
  mutating func order(_ id: String, at now: Moment) -> [Wish] {
    func end(_ outcome: OrderOutcome) -> [Wish] { [.end(order: id, .outcome(outcome))] }
    if let obstacle { return end(.rejected(reason: obstacle)) }
    guard now.trust.isTrusted else {
      return end(.rejected(reason: "the clock is not trusted, so no certificate can be checked"))
    }
    switch step {
    case .unread:
      return end(.failed(reason: "the certificates are not read yet; send the command again"))
    case .idle:
      order = id
      return begin()
    case .asking(let request):
      return begin(asking: request, at: now) + end(.confirmed)
    case .making, .storing, .trying, .keeping, .dropping: return end(.confirmed)
    }
  }

  private mutating func begin() -> [Wish] {
    step = .making
    return [.job(.renewal(.make))]
  }

  private mutating func becomeIdle() {
    step = .idle
    isRefused = false
    trouble = nil
    due = nil
    count = 0
  }

  // MARK: The request and its answer

  private mutating func begin(asking request: OpenRequest, at now: Moment) -> [Wish] {
    step = .asking(request)
    isRefused = false
    count = 0
    return ask(request, at: now)
  }

  private mutating func ask(_ request: OpenRequest, at now: Moment) -> [Wish] {
    guard isConnected else { return [] }
    wait(first: Self.askSeconds, longest: Self.askSecondsMax, at: now)
    isRefused = false
    return [
      .publish(
        .renewal(RenewalRequest(controller: controller.rawValue, request: request.request)))
    ]
  }

  private mutating func wait(first: Int, longest: Int, at now: Moment) {
    // Not shifted further than it matters.
    let seconds = min(first << min(count, 16), longest)
    count += 1
    due = now.monotonic.advanced(byMilliseconds: seconds * 1_000)
  }

  /// A verified answer of the cloud; `message` is its id.
  mutating func answered(
    _ answer: CertificateAnswer, message: String, at now: Moment
  ) -> [Wish] {
    guard case .asking(let request) = step, answer.requestDigest == request.digest else {
      return [
        .refuse(
          .certificate, cause: IntakeRefusal.noRequest.rawValue,
          detail: "it answers no request that is open here", message: message)
      ]
    }
    if let certificates = answer.certificates, now.trust.isTrusted {
      guard certificates.utf8.count <= CertificateAnswer.bytesMax else {
        let cause = "more than \(CertificateAnswer.bytesMax) bytes of certificates"
        return refused(.unusable, cause, at: now)
      }
      step = .storing(request)
      return [.job(.renewal(.store(certificates, for: request, at: now.wall)))]
    }
    // Without a clock nobody can say whether the certificate is valid: it is asked for again later.
    guard answer.certificates == nil else { return [] }
    let reason = (answer.refused ?? "").printable.prefix(CertificateAnswer.reasonCharactersMax)
    return refused(.refused, reason.isEmpty ? "no reason is given" : String(reason), at: now)
  }

  private mutating func refused(
    _ failure: RenewalFailure, _ cause: String, at now: Moment
  ) -> [Wish] {
    isRefused = true
    due = now.monotonic.advanced(byMilliseconds: Self.refusedSeconds * 1_000)
    return fail(failure, cause)
  }

  private mutating func fail(_ failure: RenewalFailure, _ cause: String) -> [Wish] {
    let advice =
      switch failure {
      case .keyFailed: "check the state folder and its disk"
      case .refused, .unusable: "see what the cloud says, then let it send renewCertificate"
      case .trialFailed: "the one before is used; see what the broker's log says"
      }
    trouble = "certificate \(Self.name) was not renewed (\(failure.rawValue)): \(cause); \(advice)"
    return [
      .log(.warning, "certificate \(Self.name) was not renewed (\(failure.rawValue)): \(cause)"),
      .record(
        EventRecord(
          .certificateNotRenewed, reason: failure.rawValue,
          detail: ["certificate": Self.name, "cause": cause])),
    ]
  }

  // MARK: The disk

  /// A job on the files is done.
  mutating func done(_ outcome: RenewalOutcome, at now: Moment) -> [Wish] {
    switch (step, outcome) {
    case (.making, .made(.success(let request))):
      return begin(asking: request, at: now) + endOrder(.outcome(.confirmed))
    case (.making, .made(.failure(let error))):
      step = .idle
      wait(first: Self.againSeconds, longest: Self.againSecondsMax, at: now)
      return fail(.keyFailed, "\(error)") + endOrder(.failed(error))
    case (.storing, .stored(.success)): return beginTrial()
    case (.storing(let request), .stored(.failure(let error))):
      step = .asking(request)
      if error.code == .invalid { return refused(.unusable, error.detail, at: now) }
      return fail(.keyFailed, "\(error)")
    case (.keeping, .adopted(.success(let end))):
      becomeIdle()
      return [
        .log(.notice, "certificate \(Self.name) was renewed"),
        .record(
          EventRecord(
            .certificateRenewed,
            detail: [
              "certificate": Self.name, "endMilliseconds": String(end.millisecondsSince1970),
            ])), .job(.readCertificates),
      ]
    case (.dropping, .dropped(.success)):
      step = .idle
      due = now.monotonic.advanced(byMilliseconds: Self.againSecondsMax * 1_000)
      return []
    case (.keeping, .adopted(.failure(let error))), (.dropping, .dropped(.failure(let error))):
      wait(first: Self.againSeconds, longest: Self.againSecondsMax, at: now)
      return [.log(.error, "certificate \(Self.name): \(error); tried again")]
    case (_, .made), (_, .stored), (_, .adopted), (_, .dropped): return []
    }
  }

  private mutating func endOrder(_ end: OrderEnd) -> [Wish] {
    guard let id = order else { return [] }
    order = nil
    return [.end(order: id, end)]
  }

  // MARK: The trial

  private mutating func beginTrial() -> [Wish] {
    let trial = RenewalTrial()
    step = .trying(trial)
    return [
      .log(.notice, "the new certificate \(Self.name) is tried"), .connect(with: trial.chosen),
    ]
  }

  mutating func connected(with pair: BrokerPair, at now: Moment) -> [Wish] {
    isConnected = true
    switch step {
    case .asking(let request): return isRefused ? [] : ask(request, at: now)
    case .trying(var trial):
      trial.connected(with: pair, at: now.monotonic)
      step = .trying(trial)
      return []
    case .unread, .idle, .making, .storing, .keeping, .dropping: return []
    }
  }

  mutating func disconnected(_ reason: String, at now: Moment) -> [Wish] {
    isConnected = false
    guard case .trying(var trial) = step else { return [] }
    let other = trial.disconnected(reason)
    step = .trying(trial)
    return other.map { [.connect(with: $0)] } ?? []
  }

  /// The cloud answered the hello of the present connection.
  mutating func heard(at now: Moment) -> [Wish] {
    guard case .trying(var trial) = step, let verdict = trial.heard() else { return [] }
    count = 0
    due = nil
    switch verdict {
    case .again:
      step = .trying(trial)
      return [.connect(with: trial.chosen)]
    case .proved:
      step = .keeping
      return [.job(.renewal(.adopt))]
    case .failed(let cause):
      step = .dropping
      return fail(.trialFailed, cause) + [.job(.renewal(.drop))]
    }
  }

  // MARK: Time

  mutating func advance(to now: Moment) -> [Wish] {
    switch step {
    case .trying(var trial):
      let pair = trial.advance(to: now.monotonic)
      step = .trying(trial)
      return pair.map { [.connect(with: $0)] } ?? []
    case .asking(let request):
      guard isConnected, let due, now.monotonic >= due else { return [] }
      return ask(request, at: now)
    case .keeping:
      guard let due, now.monotonic >= due else { return [] }
      self.due = nil
      return [.job(.renewal(.adopt))]
    case .dropping:
      guard let due, now.monotonic >= due else { return [] }
      self.due = nil
      return [.job(.renewal(.drop))]
    case .unread, .idle, .making, .storing: return []
    }
  }
}
