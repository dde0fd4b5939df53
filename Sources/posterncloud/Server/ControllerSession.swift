import CloudProtocol

/// What a controller that is online has, or was sent.
struct ControllerSession {
  var nonce: String
  var configRevision: UInt64
  var credentialRevision: UInt64
  /// A credential message is under way: the next builds on its answer.
  var isWaitingForCredentials = false
  /// The door has another past, or none: everything anew.
  var needsSnapshot = false
  /// Ids of the last messages of each kind, by which their answers are known.
  var sentConfig: String?
  /// What the door had when a configuration was last sent.
  var configBase: UInt64 = 0
  var sentCredentials: String?
  /// The cloud's latest revision when credentials were last sent.
  var sentRevision: UInt64 = 0
  /// When the digests are to be compared; nil for not.
  var compareDue: Int64?
  /// What the door last said.
  var digest: String?
  /// Repairs in a row that left a difference.
  var repairs = 0

  /// Without a hello the controller is taken to have nothing, so that it is sent everything.
  init(_ hello: Hello?) {
    nonce = hello?.sessionNonce ?? ""
    configRevision = hello?.configRevision ?? 0
    credentialRevision = hello?.credentialRevision ?? 0
    digest = hello?.credentialDigest
  }
}
