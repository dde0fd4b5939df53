import CloudProtocol

/// What an online controller has, and what it was sent.
struct ControllerSession {
  var nonce: String
  var configRevision: UInt64
  var credentialRevision: UInt64
  /// The wait for the answer to the last credential message; the next one is sent after it.
  var credentialWait = AnswerWait()
  /// The wait for the answer to the last configuration.
  var configWait = AnswerWait()
  /// The wait for a digest or the answer to a repair.
  var digestWait = AnswerWait()
  /// The controller has credentials of another cloud, or none: it needs a snapshot.
  var needsSnapshot = false
  /// It is ahead of this cloud, which was restored, and gets nothing yet; see ``RestoredTable``.
  var isAhead = false
  /// Ids of the last messages of each kind; their answers name them.
  var sentConfig: String?
  /// The revision that the controller had when a configuration was last sent.
  var configBase: UInt64 = 0
  var sentCredentials: String?
  /// That message, or the snapshot that it ends, holds every record.
  var sentEverything = false
  /// The buckets of each repair that was sent, by the message's id.
  var sentRepairs: [String: [Int]] = [:]
  /// The latest revision of its line when credentials were last sent.
  var sentRevision: UInt64 = 0
  var comparison = DigestComparison()
  /// The digest that the controller last reported.
  var digest: String?
  /// The longest message that reaches the controller, as its hello says; nil for no limit.
  var messageBytesMax: Int?
  /// Its hello says that it reads deflated messages.
  var takesDeflated = false
  /// Repairs in a row that left a difference.
  var repairs = 0

  /// More than a message has beside its records.
  private static let otherBytesMax = 2_048

  /// Without a hello the controller is assumed to have nothing, so that it is sent everything.
  init(_ hello: Hello?) {
    nonce = hello?.sessionNonce ?? ""
    configRevision = hello?.configRevision ?? 0
    credentialRevision = hello?.credentialRevision ?? 0
    digest = hello?.credentialDigest
    messageBytesMax = hello?.messageBytesMax
    takesDeflated = hello?.features?.contains(Hello.Feature.deflate.rawValue) == true
  }

  /// The longest message that reaches the controller when the cloud's own broker takes `bytes`.
  func messageBytesMax(through bytes: Int) -> Int { min(messageBytesMax ?? .max, bytes) }

  /// The most bytes of records in one such message: base64 makes four of three, and the rest is for
  /// everything beside the records.
  func recordBytesMax(through bytes: Int) -> Int {
    let reach = max(messageBytesMax(through: bytes), 0) / 4 * 3 - Self.otherBytesMax
    return min(max(reach, 1), SnapshotTable.chunkBytesMax)
  }
}
