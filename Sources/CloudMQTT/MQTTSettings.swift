public import DoorPorts
public import DoorRules

/// Address of the broker and options of the connection.
public struct MQTTSettings: Sendable {
  /// Name or address of the broker.
  public var host: String
  /// 1 to 65535.
  public var port: Int
  /// Names the session at the broker; two links with one id disconnect each other.
  public var clientID: String
  /// Longest silence before the connection counts as dead; 5 to 65535.
  public var keepAliveSeconds: Int
  public var username: String?
  public var password: Secret<String>?
  /// Reads ``password`` again for every connection, so that a changed one is used from the next
  /// one on; what it throws is why that connection is not made.
  public var readPassword: (@Sendable () throws(PortError) -> Secret<String>)?
  /// Nil connects without TLS.
  public var tls: TLSSettings?
  /// Says for every connection what takes the place of ``tls``; what it throws is why that connection
  /// is not made.
  public var readTLS: (@Sendable () throws(PortError) -> TLSSettings)?
  /// Makes the last will of a connection from its ``LinkTerms/nonce``.
  public var will: (@Sendable (_ nonce: String) throws(PortError) -> Will)?
  /// False retains no message, for brokers that refuse those. A broker that says so by itself is
  /// obeyed in any case.
  public var retain: Bool
  /// Topic filters, all with QoS 1; at most ``MQTTLimits/subscriptionsMax``.
  public var subscriptions: [String]
  /// The media type of every message that this side publishes, for rule engines that ask for it;
  /// nil names none.
  public var contentType: String?
  /// Stands before every topic at the broker, such as `acme/`; whoever uses the link does not see it.
  public var topicPrefix: String
  /// Nil connects directly.
  public var proxy: SOCKSProxy?
  /// How long the broker keeps the session and its messages after a disconnect.
  public var sessionExpirySeconds: UInt32
  /// Cap of the growing wait between two attempts to connect.
  public var reconnectMillisecondsMax: Int

  public init(
    host: String, port: Int, clientID: String, keepAliveSeconds: Int = 30,
    username: String? = nil, password: Secret<String>? = nil,
    readPassword: (@Sendable () throws(PortError) -> Secret<String>)? = nil,
    tls: TLSSettings? = nil,
    readTLS: (@Sendable () throws(PortError) -> TLSSettings)? = nil,
    will: (@Sendable (_ nonce: String) throws(PortError) -> Will)? = nil, retain: Bool = true,
    subscriptions: [String] = [], contentType: String? = nil, topicPrefix: String = "",
    proxy: SOCKSProxy? = nil,
    sessionExpirySeconds: UInt32 = 7 * 86_400,
    reconnectMillisecondsMax: Int = 30_000
  ) {
    self.host = host
    self.port = port
    self.clientID = clientID
    self.keepAliveSeconds = keepAliveSeconds
    self.username = username
    self.password = password
    self.readPassword = readPassword
    self.tls = tls
    self.readTLS = readTLS
    self.will = will
    self.retain = retain
    self.subscriptions = subscriptions
    self.contentType = contentType
    self.topicPrefix = topicPrefix
    self.proxy = proxy
    self.sessionExpirySeconds = sessionExpirySeconds
    self.reconnectMillisecondsMax = reconnectMillisecondsMax
  }
}

/// A SOCKS5 proxy (RFC 1928, RFC 1929), which also resolves the broker's name.
public struct SOCKSProxy: Sendable {
  public var host: String
  /// 1 to 65535.
  public var port: Int
  public var username: String?
  /// Reads the password for every connection.
  public var readPassword: (@Sendable () throws(PortError) -> Secret<String>)?

  public init(
    host: String, port: Int, username: String? = nil,
    readPassword: (@Sendable () throws(PortError) -> Secret<String>)? = nil
  ) {
    self.host = host
    self.port = port
    self.username = username
    self.readPassword = readPassword
  }
}

/// Files for TLS, all PEM. They are read again for every connection, so that a rotated
/// certificate is used from the next one on.
public struct TLSSettings: Sendable {
  /// Who may sign the broker's certificate; nil trusts what the system trusts.
  public var caFile: String?
  /// This side's certificate; needs ``keyFile`` or ``identity``.
  public var certificateFile: String?
  /// The private key of ``certificateFile``, without a passphrase.
  public var keyFile: String?
  /// The private key in a token, in place of ``keyFile``: a PKCS#11 URI (RFC 7512), which OpenSSL's
  /// engine `pkcs11` opens.
  public var identity: Secret<String>?
  /// The protocol that is named in the handshake (ALPN), for brokers that share a port with
  /// others; nil names none.
  public var alpn: String?
  /// Which of the controller's pairs these files are.
  public var pair: BrokerPair

  var files: [String] { [caFile, certificateFile, keyFile].compactMap(\.self) }

  public init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
    identity: Secret<String>? = nil, alpn: String? = nil, pair: BrokerPair = .present
  ) {
    self.pair = pair
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.identity = identity
    self.alpn = alpn
  }
}

/// The last will: what the broker publishes once the connection has been gone for
/// ``delaySeconds``. After ``MQTTLink/stop()`` the link publishes it itself, since
/// some brokers publish no will after a good-bye.
public struct Will: Sendable, Hashable {
  public var topic: String
  public var payload: [UInt8]
  public var retain: Bool
  /// How long the broker waits before it publishes it: a controller that is back by then was never
  /// away.
  public var delaySeconds: UInt32

  public init(
    topic: String, payload: [UInt8], retain: Bool,
    delaySeconds: UInt32 = MQTTLimits.willDelaySeconds
  ) {
    self.topic = topic
    self.payload = payload
    self.retain = retain
    self.delaySeconds = delaySeconds
  }
}
