import CMosquitto
import DoorPorts
import DoorRules
import Glibc

/// One connection to the broker, with an instance of the library of its own, so that no half-sent
/// message outlives it. Everything runs on the calling thread; no two threads use the library.
final class BrokerConnection {
  /// What happens on a connection.
  enum Report {
    /// Accepted, and every subscription too.
    case ready(LinkTerms)
    /// The broker retains nothing.
    case nothingRetained
    case message(topic: String, payload: [UInt8], retained: Bool)
    case oversized(topic: String, bytes: Int)
    case delivered(messageID: Int32)
    case refused(messageID: Int32, LinkRefusal)
  }

  let settings: MQTTSettings
  /// What holds for this connection.
  private var terms: LinkTerms
  /// Where Debian has its CAs.
  private static let systemCAs = "/etc/ssl/certs"
  /// Nil without one.
  private let will: Will?
  /// Whether messages may be retained.
  private var canRetain: Bool
  let report: (Report) -> Void
  private let handle: OpaquePointer
  private var isTCPUp = false
  private var isAccepted = false
  private var subscriptionMessageID: Int32?
  private(set) var isReady = false
  /// Why the connection ends, when that is known before the socket closes.
  private var reason: String?
  /// The last error that the library logged; it has the details of TLS.
  private var lastError: String?

  /// Throws when the settings or the files of TLS cannot be used.
  init(
    settings: MQTTSettings, canRetain: Bool, report: @escaping (Report) -> Void
  ) throws(PortError) {
    terms = LinkTerms(nonce: Self.newNonce())
    will = try settings.will?(terms.nonce)
    self.canRetain = canRetain
    guard MosquittoLibrary.initialised, let handle = mosquitto_new(settings.clientID, false, nil)
    else {
      throw PortError(
        .unavailable, operation: "start libmosquitto", detail: String(cString: strerror(errno)))
    }
    self.settings = settings
    self.report = report
    self.handle = handle
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    setCallbacks(of: handle)
    try configure()
  }

  deinit { mosquitto_destroy(handle) }

  private func configure() throws(PortError) {
    try check(
      mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5), "choose MQTT 5")
    try check(
      mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, MQTTLimits.inFlightMax),
      "limit messages coming in")
    try check(
      mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, MQTTLimits.inFlightMax),
      "limit messages going out")
    try check(mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1), "set TCP_NODELAY")
    if let username = settings.username {
      let password = try settings.readPassword?() ?? settings.password
      try check(
        mosquitto_username_pw_set(handle, username, password?.reveal()),
        "set user name and password")
    }
    if let will { try set(will) }
    if let proxy = settings.proxy {
      let password = try proxy.readPassword?()
      try check(
        mosquitto_socks5_set(
          handle, proxy.host, Int32(proxy.port), proxy.username, password?.reveal()),
        "set the proxy")
    }
    if let tls = try settings.readTLS?() ?? settings.tls {
      terms.pair = tls.pair
      try configure(tls)
    }
  }

  private func set(_ will: Will) throws(PortError) {
    var properties = try MessageProperties(
      contentType: settings.contentType, willDelaySeconds: will.delaySeconds)
    let code = mosquitto_will_set_v5(
      handle, settings.topicPrefix + will.topic, Int32(will.payload.count), will.payload, 1,
      will.retain && canRetain, properties.list)
    // The library frees the properties, unless it refuses.
    if code == MOSQ_ERR_SUCCESS.code { properties.list = nil }
    try check(code, "set the last will")
  }

  private func configure(_ tls: TLSSettings) throws(PortError) {
    if let alpn = tls.alpn {
      try check(mosquitto_string_option(handle, MOSQ_OPT_TLS_ALPN, alpn), "name the protocol")
    }
    for file in tls.files { try TLSFile.check(file) }
    if let identity = tls.identity { try useToken(identity, of: tls) }
    if tls.caFile == nil {
      try check(
        mosquitto_int_option(handle, MOSQ_OPT_TLS_USE_OS_CERTS, 1), "trust the system's CAs")
    }
    // The context of a token has the certificate already. The library takes no other one without a
    // file or a folder of CAs.
    let isToken = tls.identity != nil
    try check(
      mosquitto_tls_set(
        handle, tls.caFile, isToken && tls.caFile == nil ? Self.systemCAs : nil,
        isToken ? nil : tls.certificateFile, tls.keyFile, nil),
      "set up TLS")
  }

  /// Hands the library a context of OpenSSL with the key of a token.
  private func useToken(_ identity: Secret<String>, of tls: TLSSettings) throws(PortError) {
    let context = try TokenContext(
      identity: identity, certificateFile: tls.certificateFile ?? "")
    let action = "take the key of a token"
    try check(mosquitto_int_option(handle, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 1), action)
    // The library becomes one more owner of it.
    let code = withExtendedLifetime(context) {
      mosquitto_void_option(handle, MOSQ_OPT_SSL_CTX, context.pointer)
    }
    try check(code, action)
  }

  /// Begins to connect; ``step(wake:milliseconds:)`` continues. Blocks while a name is resolved.
  /// `onlyIPv4` leaves out IPv6 addresses.
  func connect(onlyIPv4: Bool) throws(PortError) {
    var properties: OpaquePointer?
    defer { mosquitto_property_free_all(&properties) }
    try check(
      mosquitto_property_add_int32(
        &properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL.identifier,
        settings.sessionExpirySeconds), "set the session's life")
    try check(
      mosquitto_property_add_int32(
        &properties, MQTT_PROP_MAXIMUM_PACKET_SIZE.identifier,
        UInt32(MQTTLimits.packetBytesMax)), "set the packet size")
    // Only the blocking connect accepts properties, and it could block for minutes. It stores the
    // properties before it checks the port, so an invalid port makes it store them and do nothing
    // else.
    _ = mosquitto_connect_bind_v5(
      handle, settings.host, -1, Int32(settings.keepAliveSeconds), nil, properties)
    // The library tries the first address that binds to the local one: binding to IPv4's
    // wildcard skips those of IPv6.
    try check(
      mosquitto_connect_bind_async(
        handle, settings.host, Int32(settings.port), Int32(settings.keepAliveSeconds),
        onlyIPv4 ? "0.0.0.0" : nil),
      "connect to \(settings.host):\(settings.port)")
  }

  /// Waits for the socket or a signal, at most `milliseconds`, and reads and writes what is
  /// pending. Nil while the connection is up, else why it ended.
  func step(wake: WakeUp, milliseconds: Int32) -> String? {
    let socket = mosquitto_socket(handle)
    guard socket >= 0 else { return ending(0) }
    let isHandshake = (settings.tls != nil || settings.proxy != nil) && !isAccepted
    // During the handshake the library leaves `want_write` set, which would make this spin.
    let wantsWrite = isHandshake ? !isTCPUp : mosquitto_want_write(handle) || !isTCPUp
    var entries = [
      pollfd(fd: socket, events: Int16(POLLIN | (wantsWrite ? POLLOUT : 0)), revents: 0),
      pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&entries, 2, milliseconds)
    if entries[1].revents != 0 { wake.clear() }
    let seen = Int32(entries[0].revents)
    if !isTCPUp, seen & POLLERR != 0 { return socketError(socket) }
    if seen & POLLOUT != 0 { isTCPUp = true }
    var code = MOSQ_ERR_SUCCESS.code
    if seen & (POLLIN | POLLHUP | POLLERR) != 0 || isHandshake && seen & POLLOUT != 0 {
      code = mosquitto_loop_read(handle, 1)
      acknowledgeAtOnce(mosquitto_socket(handle))
    }
    if code == MOSQ_ERR_SUCCESS.code, mosquitto_socket(handle) >= 0,
      seen & POLLOUT != 0 || isHandshake || mosquitto_want_write(handle)
    {
      code = mosquitto_loop_write(handle, 1)
    }
    if code == MOSQ_ERR_SUCCESS.code, mosquitto_socket(handle) >= 0 {
      code = mosquitto_loop_misc(handle)
    }
    let isAlive =
      code == MOSQ_ERR_SUCCESS.code && mosquitto_socket(handle) >= 0 && reason == nil
    return isAlive ? nil : ending(code)
  }

  /// A broker that gathers small messages (mosquitto without `set_tcp_nodelay`) delays the next one
  /// until the last is acknowledged, which the kernel does up to 40 ms later. The kernel resets
  /// this option, so it is set after each read; see tcp(7).
  private func acknowledgeAtOnce(_ socket: Int32) {
    guard socket >= 0 else { return }
    var isOn: Int32 = 1
    // A failure only makes it slower.
    _ = setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_QUICKACK, &isOn, socklen_t(MemoryLayout<Int32>.size))
  }

  private func socketError(_ socket: Int32) -> String {
    var number: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size)
    return "connect to \(settings.host):\(settings.port): \(String(cString: strerror(number)))"
  }

  private func ending(_ code: Int32) -> String {
    let number = errno
    if let reason { return reason }
    guard code != MOSQ_ERR_SUCCESS.code else { return "the connection was closed" }
    return words(code, errno: number)
  }

  /// An error code with what the library logged about it, such as details of TLS.
  private func words(_ code: Int32, errno number: Int32) -> String {
    let words = MosquittoLibrary.words(code, errno: number)
    return lastError.map { "\(words): \($0)" } ?? words
  }

  /// Returns the id of the message on this connection. Throws when the library refuses it.
  func publish(_ message: LinkMessage) throws(PortError) -> Int32 {
    let properties = try MessageProperties(
      contentType: settings.contentType, expirySeconds: message.expirySeconds,
      correlation: message.correlation)
    var messageID: Int32 = 0
    try check(
      mosquitto_publish_v5(
        handle, &messageID, settings.topicPrefix + message.topic, Int32(message.payload.count),
        message.payload, 1, message.retain && canRetain, properties.list),
      "publish to \(message.topic)")
    return messageID
  }

  /// Publishes the last will as the good-bye of this side; nil without a will.
  func publishGoodBye() -> Int32? {
    guard let will else { return nil }
    // What fails here is made good by nobody: the broker then has the will only until the good-bye.
    return try? publish(
      LinkMessage(topic: will.topic, payload: will.payload, retain: will.retain))
  }

  /// Disconnects. The connection has ended when ``step(wake:milliseconds:)`` returns the reason. A
  /// broker publishes the last will only if `hasGoodBye` is false.
  func disconnect(hasGoodBye: Bool) {
    let code =
      will == nil || hasGoodBye ? MQTT_RC_NORMAL_DISCONNECTION : MQTT_RC_DISCONNECT_WITH_WILL_MSG
    // Fails only without a connection.
    _ = mosquitto_disconnect_v5(handle, Int32(code.rawValue), nil)
  }

  private static func newNonce() -> String {
    var random = SystemRandomNumberGenerator()
    return String(random.next() as UInt64, radix: 16) + String(random.next() as UInt64, radix: 16)
  }

  private func check(_ code: Int32, _ operation: String) throws(PortError) {
    let number = errno
    // Below zero is "pending".
    guard code > MOSQ_ERR_SUCCESS.code else { return }
    let isOurs = code == MOSQ_ERR_INVAL.code || code == MOSQ_ERR_OVERSIZE_PACKET.code
    throw PortError(
      isOurs ? .invalid : .unavailable, operation: operation,
      detail: words(code, errno: number))
  }
}

// MARK: What the library calls

extension BrokerConnection {
  func accepted(reasonCode: Int32, _ server: ServerTerms) {
    guard reasonCode == MQTT_RC_SUCCESS.rawValue else {
      if reasonCode == MQTT_RC_RETAIN_NOT_SUPPORTED.rawValue { report(.nothingRetained) }
      reason = "the broker refused: \(MosquittoLibrary.words(reason: reasonCode))"
      return
    }
    isAccepted = true
    // Whoever measures messages knows the topics without their prefix.
    terms.packetBytesMax = server.packetBytesMax.map { $0 - settings.topicPrefix.utf8.count }
    if canRetain, !server.canRetain {
      canRetain = false
      report(.nothingRetained)
    }
    guard !settings.subscriptions.isEmpty else { return becomeReady() }
    var filters: [UnsafeMutablePointer<CChar>?] = settings.subscriptions.map {
      strdup(settings.topicPrefix + $0)
    }
    defer { for filter in filters { free(filter) } }
    var messageID: Int32 = 0
    let code = filters.withUnsafeMutableBufferPointer { filters in
      filters.withMemoryRebound(to: UnsafeMutablePointer<CChar>?.self) { filters in
        mosquitto_subscribe_multiple(
          handle, &messageID, Int32(filters.count), filters.baseAddress, 1, 0, nil)
      }
    }
    if code == MOSQ_ERR_SUCCESS.code {
      subscriptionMessageID = messageID
    } else {
      reason = "subscribe: \(MosquittoLibrary.words(code, errno: errno))"
    }
  }

  func subscribed(messageID: Int32, granted: [Int32]) {
    guard messageID == subscriptionMessageID else { return }
    for (filter, code) in zip(settings.subscriptions, granted)
    where code >= MosquittoLibrary.refusalFrom {
      reason =
        "the broker refused the subscription to \(filter): "
        + MosquittoLibrary.words(reason: code)
      return
    }
    guard granted.count == settings.subscriptions.count else {
      reason =
        "the broker answered \(granted.count) of \(settings.subscriptions.count) subscriptions"
      return
    }
    becomeReady()
  }

  private func becomeReady() {
    isReady = true
    report(.ready(terms))
  }

  func published(messageID: Int32, reasonCode: Int32) {
    if reasonCode >= MosquittoLibrary.refusalFrom {
      let refusal = LinkRefusal(
        reason: MosquittoLibrary.words(reason: reasonCode),
        isTooLarge: reasonCode == MQTT_RC_PACKET_TOO_LARGE.rawValue)
      report(.refused(messageID: messageID, refusal))
    } else {
      report(.delivered(messageID: messageID))
    }
  }

  func received(_ message: mosquitto_message) {
    let topic = String(
      String(cString: message.topic).trimmingPrefix(settings.topicPrefix))
    let count = Int(message.payloadlen)
    guard count <= MQTTLimits.payloadBytesMax else {
      report(.oversized(topic: topic, bytes: count))
      return
    }
    let payload = message.payload.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    report(.message(topic: topic, payload: payload ?? [], retained: message.retain))
  }

  /// A reason code of the broker from 0x80 on, or an error of the library below.
  func disconnected(code: Int32) {
    if code >= MosquittoLibrary.refusalFrom, reason == nil {
      reason = "the broker closed: \(MosquittoLibrary.words(reason: code))"
    }
  }

  func logged(error text: String) { lastError = text }
}

extension mosq_err_t {
  var code: Int32 { Int32(rawValue) }
}

extension mqtt5_property {
  var identifier: Int32 { Int32(rawValue) }
}
