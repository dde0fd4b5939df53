import CloudProtocol

/// What an online controller has, and what it was sent.
struct ControllerSession {
  var nonce: String
  var configRevision: UInt64
  var credentialRevision: UInt64
  /// A credential message was sent: the next one waits for its answer.
  var isWaitingForCredentials = false
  /// The controller has credentials of another cloud, or none: it needs a snapshot.
  var needsSnapshot = false
  /// Ids of the last messages of each kind; their answers name them.
  var sentConfig: String?
  /// The revision that the controller had when a configuration was last sent.
  var configBase: UInt64 = 0
  var sentCredentials: String?
  /// That message, or the snapshot that it ends, holds every record.
  var sentEverything = false
  /// The buckets of each repair that was sent, by the message's id.
  var sentRepairs: [String: [Int]] = [:]
  /// The cloud's latest revision when credentials were last sent.
  var sentRevision: UInt64 = 0
  /// When to compare the digests; nil for no comparison.
  var compareDue: Int64?
  /// The digest that the controller last reported.
  var digest: String?
  /// The most bytes of records in one message that reaches the controller: base64 makes four of
  /// three, and the rest is for everything beside the records.
  var recordBytesMax: Int
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
    let reach = hello?.messageBytesMax.map { max($0, 0) / 4 * 3 - Self.otherBytesMax }
    recordBytesMax = min(max(reach ?? .max, 1), SnapshotTable.chunkBytesMax)
  }
}
