import CloudProtocol

/// Everything that the cloud ever signed, and what of it reached the program: how old the door's
/// newest word really is, and what it was told to withdraw. It never uses the program's own account.
struct SignedWords {
  /// A message of the cloud.
  struct Word {
    var kind: Topics.Down
    /// In microseconds since the story's start.
    var signedAt: Int64
    /// Credentials that it withdraws.
    var withdrawn: [String] = []
    /// The revision of the cache on which it must come; nil for any from ``revision`` down.
    var base: UInt64?
    var revision: UInt64 = 0
  }

  /// How long the program has for what it received.
  static let takesMicroseconds: Int64 = 120_000_000

  /// For so long a message is certainly well signed.
  static let livesMicroseconds = Int64(CloudSender.dataLifetimeSeconds - 600) * 1_000_000

  /// Bytes of a signature in base64url, which names a message.
  private static let signatureBytes = 86

  private var words: [[UInt8]: Word] = [:]
  /// When the newest word was signed that ever reached the program.
  private(set) var newestAt: Int64 = 0
  /// The same of words that the program counts for certain, and in which of its runs.
  private(set) var countedAt: Int64 = 0
  private(set) var countedInBoot = 0
  /// What it is about to withdraw: when it received that.
  private var underWay: [String: Int64] = [:]
  /// What it has withdrawn.
  private(set) var withdrawn: Set<String> = []

  private static func name(_ payload: [UInt8]) -> [UInt8] {
    Array(payload.suffix(signatureBytes))
  }

  mutating func signed(_ payload: [UInt8], _ word: Word) { words[Self.name(payload)] = word }

  /// The broker hands a message to a program; `isSound` when clock and disk are all right.
  mutating func arrived(
    _ payload: [UInt8], cache revision: UInt64, boot: Int, isSound: Bool, at now: Int64
  ) {
    guard let word = words[Self.name(payload)] else { return }
    newestAt = max(newestAt, word.signedAt)
    guard isSound, now - word.signedAt < Self.livesMicroseconds else { return }
    if word.kind == .ack, word.signedAt >= countedAt {
      countedAt = word.signedAt
      countedInBoot = boot
    }
    guard word.base.map({ $0 == revision }) ?? (word.revision > revision) else { return }
    for id in word.withdrawn where underWay[id] == nil { underWay[id] = now }
  }

  /// Time passes; what is under way is lost when the program ends or the disk fails.
  mutating func pass(to now: Int64, isSound: Bool) {
    guard !underWay.isEmpty else { return }
    guard isSound else {
      underWay = [:]
      return
    }
    for (id, at) in underWay where now - at >= Self.takesMicroseconds {
      underWay[id] = nil
      withdrawn.insert(id)
    }
  }
}
