import CloudProtocol
import DoorRules

/// What came of one attempt.
public enum WebhookOutcome: Sendable, Hashable {
  /// The status code of the receiver.
  case status(Int)
  /// There was none, and why.
  case failed(String)
}

/// Sends a message to a receiver.
public protocol WebhookTransport: Sendable {
  func post(
    _ url: String, headers: [(name: String, value: String)], body: [UInt8]
  ) async -> WebhookOutcome
}

/// Tells receivers what happened, in its order. While a receiver is down its cursor stays, so that
/// nothing is lost and nothing piles up; a message that a receiver refuses is tried again by itself,
/// and the others go on.
public struct WebhookWorker: Sendable {
  private let store: any PlatformStore
  private let vault: SecretVault
  private let transport: any WebhookTransport
  private let clock: @Sendable () -> Int64

  /// `clock` is in milliseconds since 1970.
  public init(
    store: any PlatformStore, vault: SecretVault, transport: any WebhookTransport,
    clock: @escaping @Sendable () -> Int64
  ) {
    self.store = store
    self.vault = vault
    self.transport = transport
    self.clock = clock
  }

  /// One round over all receivers, side by side. Throws the errors of the store.
  public func round() async throws {
    let now = clock()
    let due = try await store.read { store in
      try store.list(WebhookDocument.self, limit: APILimits.pageMax)
        .filter { $0.isEnabled && $0.standing.nextMilliseconds <= now }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for webhook in due { group.addTask { try await serve(webhook) } }
      try await group.waitForAll()
    }
    try await Self.clearNotices(in: store, at: now)
  }

  /// Clears old notices away, a few at once: those that nobody waits for, and later all. Changes write
  /// notices also while nobody sends them. `now` is in milliseconds since 1970. Returns whether some
  /// were removed; throws the errors of the store.
  @discardableResult
  public static func clearNotices(in store: any PlatformStore, at now: Int64) async throws -> Bool {
    let end = now - WebhookPace.keptMilliseconds
    let oldest = try await store.read { try $0.notices(after: 0, limit: 1).first }
    guard let oldest, oldest.atMilliseconds < end else { return false }
    return try await store.write { store in
      let limit = WebhookPace.clearedMax
      try store.removeNotices(before: end, through: try told(in: store), limit: limit)
      try store.removeNotices(
        before: now - WebhookPace.waitingMilliseconds, through: .max, limit: limit)
      return try store.notices(after: 0, limit: 1).first?.position != oldest.position
    }
  }

  /// Every receiver that is switched on has had the notices up to here, or refused them for good.
  private static func told(in store: any PlatformTransaction) throws -> Int64 {
    var through = Int64.max
    for webhook in try store.list(WebhookDocument.self, limit: APILimits.pageMax)
    where webhook.isEnabled {
      through = min(through, webhook.cursor)
      let retrying = try store.list(
        DeliveryDocument.self, parent: DeliveryDocument.parent(webhook.id, isDead: false),
        limit: WebhookPace.refusedMax)
      for delivery in retrying { through = min(through, delivery.position - 1) }
    }
    return through
  }

  /// What one round has for a receiver.
  private struct Work: Sendable {
    var again: [(delivery: DeliveryDocument, message: WebhookMessage?)] = []
    var fresh: [WebhookMessage] = []
    /// The last notice that was looked at.
    var end: Int64
  }

  private func serve(_ webhook: WebhookDocument) async throws {
    let work = try await work(for: webhook)
    var webhook = webhook
    let secrets = try secrets(of: webhook)
    for (delivery, message) in work.again {
      guard let message else {
        try await settle(webhook, removing: delivery)
        continue
      }
      let outcome = await send(message, to: webhook, secrets)
      guard try await note(outcome, of: message, &webhook, before: delivery) else { return }
    }
    for message in work.fresh {
      let outcome = await send(message, to: webhook, secrets)
      guard try await note(outcome, of: message, &webhook, before: nil) else { return }
    }
    if webhook.cursor < work.end {
      webhook.cursor = work.end
      try await settle(webhook)
    }
  }

  private func work(for webhook: WebhookDocument) async throws -> Work {
    let now = clock()
    return try await store.read { store in
      var work = Work(end: webhook.cursor)
      let retrying = try store.list(
        DeliveryDocument.self, parent: DeliveryDocument.parent(webhook.id, isDead: false),
        limit: WebhookPace.refusedMax)
      for delivery in retrying where delivery.nextMilliseconds <= now {
        let notice = try store.notices(after: delivery.position - 1, limit: 1).first
        let message =
          notice?.position == delivery.position
          ? try notice.flatMap { try WebhookMessage($0, in: store, at: now) } : nil
        work.again.append((delivery, message))
      }
      guard retrying.count < WebhookPace.refusedMax else { return work }
      let room = min(WebhookPace.roundMax, WebhookPace.refusedMax - retrying.count)
      for notice in try store.notices(after: webhook.cursor, limit: room) {
        work.end = notice.position
        if webhook.types.contains(WebhookType(notice.kind).rawValue),
          let message = try WebhookMessage(notice, in: store, at: now)
        {
          work.fresh.append(message)
        }
      }
      return work
    }
  }

  private func secrets(of webhook: WebhookDocument) throws -> [Secret<String>] {
    var sealed = [webhook.secret]
    if let old = webhook.oldSecret, let end = webhook.oldSecretEndMilliseconds, clock() < end {
      sealed.append(old)
    }
    return try sealed.map { try vault.open($0) }
  }

  private func send(
    _ message: WebhookMessage, to webhook: WebhookDocument, _ secrets: [Secret<String>]
  ) async -> WebhookOutcome {
    await transport.post(
      webhook.url, headers: message.headers(secrets: secrets, at: clock()), body: message.body)
  }

  /// Stores what came of an attempt; false when this receiver gets nothing more for now.
  private func note(
    _ outcome: WebhookOutcome, of message: WebhookMessage, _ webhook: inout WebhookDocument,
    before delivery: DeliveryDocument?
  ) async throws -> Bool {
    let now = clock()
    let error: String
    switch outcome {
    case .status(200..<300):
      webhook.standing = WebhookStanding(lastSuccessMilliseconds: now)
      if delivery == nil { webhook.cursor = message.position }
      return try await settle(webhook, removing: delivery)
    case .status(410):
      webhook.isEnabled = false
      webhook.disabledReason = "the receiver answered 410, it is gone"
      try await settle(webhook)
      return false
    case .status(let code) where (400..<500).contains(code) && code != 408 && code != 429:
      return try await refused(code, message, &webhook, before: delivery, at: now)
    case .status(let code): error = "the receiver answered \(code)"
    case .failed(let reason): error = reason
    }
    webhook.standing.failures += 1
    webhook.standing.lastError = error
    let since = webhook.standing.failingSinceMilliseconds ?? now
    webhook.standing.failingSinceMilliseconds = since
    webhook.standing.nextMilliseconds =
      now + WebhookPace.wait(afterFailures: webhook.standing.failures)
    if now - since >= WebhookPace.downDaysMax * 86_400_000 {
      webhook.isEnabled = false
      webhook.disabledReason = "no answer for \(WebhookPace.downDaysMax) days: \(error)"
    }
    try await settle(webhook)
    return false
  }

  /// The receiver is up and does not want this message.
  private func refused(
    _ code: Int, _ message: WebhookMessage, _ webhook: inout WebhookDocument,
    before delivery: DeliveryDocument?, at now: Int64
  ) async throws -> Bool {
    var next =
      delivery
      ?? DeliveryDocument(
        id: DeliveryDocument.id(webhook.id, message.position), webhook: webhook.id,
        position: message.position, type: message.type.rawValue, attempts: 0,
        nextMilliseconds: now, lastError: "", isDead: false, firstMilliseconds: now)
    next.attempts += 1
    next.lastError = "the receiver answered \(code)"
    if let wait = WebhookPace.wait(afterAttempts: next.attempts) {
      next.nextMilliseconds = now + wait
    } else {
      next.isDead = true
    }
    webhook.standing.failures = 0
    webhook.standing.failingSinceMilliseconds = nil
    webhook.standing.nextMilliseconds = 0
    webhook.standing.lastError = next.lastError
    if delivery == nil { webhook.cursor = message.position }
    return try await settle(webhook, keeping: next)
  }

  /// Stores where the receiver is. A change that a platform has made meanwhile wins, and ends the
  /// round: false then.
  @discardableResult
  private func settle(
    _ webhook: WebhookDocument, keeping: DeliveryDocument? = nil,
    removing: DeliveryDocument? = nil
  ) async throws -> Bool {
    let now = clock()
    return try await store.write { store in
      guard var present = try store.find(WebhookDocument.self, webhook.id),
        present.generation == webhook.generation
      else { return false }
      present.cursor = webhook.cursor
      present.standing = webhook.standing
      present.isEnabled = webhook.isEnabled
      present.disabledReason = webhook.disabledReason
      try store.save(present, at: now)
      if let keeping { try store.save(keeping, at: now) }
      if let removing { try store.remove(.delivery, removing.id) }
      try store.removeOld(
        .delivery, before: now - WebhookPace.keptMilliseconds, limit: APILimits.clearedMax)
      return true
    }
  }
}
