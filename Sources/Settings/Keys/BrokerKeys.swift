import CloudProtocol
import DoorPorts
import DoorRules

/// The broker, and the keys of the cloud.
enum BrokerKeys {
  static let section = SettingsSection(
    title: "Cloud", text: "Without any `cloud` key the controller works alone.",
    keys: [
      .optional(
        "cloud", \.cloud, blank: DaemonSettings.Cloud(), keys,
        check: { reader, path, cloud in
          if cloud.tls != nil, !reader.isGiven(path + ["port"]) { cloud.port = portWithTLS }
          if let id = cloud.clientID,
            id.utf8.count > clientIDBytesMax || !OpaqueText.isPlain(id)
          {
            reader.note(
              path + ["clientID"],
              "must have at most \(clientIDBytesMax) bytes and no control characters")
          }
          return true
        })
    ])

  /// The broker's port unless set, with TLS; without it is ``DaemonSettings/Cloud/port``.
  private static let portWithTLS = 8_883
  /// What hosted brokers take at the least.
  private static let clientIDBytesMax = 128

  private static let keys: [SettingsKey<DaemonSettings.Cloud>] = [
    .text(
      "host", .at(\.host), .text("text"), .required("the broker's name or address"),
      about: "The broker's name or address."),
    .number(
      "port", .at(\.port), 1...65_535,
      fallback: "`\(DaemonSettings.Cloud().port)`, or `\(portWithTLS)` with TLS",
      about: "The broker's port."),
    .file(
      "publicKeyFile", .at(\.publicKeyFile), .required("without it nothing can be believed"),
      about: "The public keys of the cloud, a line `KEYID BASE64URL` each."),
    .text(
      "username", .at(\.username), .text("text"),
      .neededBy("passwordFile", why: "a password needs one"), isSecret: true,
      about: "The user name at the broker."),
    .file(
      "passwordFile", .at(\.passwordFile),
      about: "A file with the broker's password in its first line."),
    .text(
      "clientID", .at(\.clientID), .text("text"), fallback: "`postern-` and the controller's id",
      about: "The client id at the broker, for brokers that grant rights by it."),
    .flag(
      "retain", .at(\.retain),
      about: "Whether the broker retains the controller's state; false for a broker that cannot."),
    .number(
      "sessionExpirySeconds", .at(\.sessionExpirySeconds), 60...2_592_000,
      about: "How long the broker keeps messages for a controller that is away."),
    .number(
      "keepAliveSeconds", .at(\.keepAliveSeconds), 5...3_600,
      about: "How often an idle connection to the broker is tested."),
    .number(
      "heartbeatSeconds", .at(\.heartbeatSeconds), RuntimeTimes.heartbeatSeconds.range,
      about: "How often the controller publishes telemetry."),
    .value(
      "topicPrefix", .text("text"), about: "What stands before `postern/v1` in every topic.",
      get: { $0.topicPrefix.map { .text(String($0.text.dropLast())) } },
      read: { reader, path, cloud in
        guard let text = reader.text(path) else { return }
        cloud.topicPrefix = TopicPrefix(text)
        if cloud.topicPrefix == nil {
          reader.note(path, "must be a prefix that \(TopicPrefix.grammar)")
        }
      }),
    .optional(
      "socks", \.socks, blank: DaemonSettings.SOCKS(), socksKeys,
      check: { reader, path, _ in reader.isGiven(path + ["host"]) }),
    .optional(
      "tls", \.tls, blank: DaemonSettings.TLS(), tlsKeys,
      check: { reader, path, tls in
        checkKey(of: tls, &reader, path)
        return reader.isGiven(path + ["caFile"])
      }),
  ]

  private static func checkKey(
    of tls: DaemonSettings.TLS, _ reader: inout SettingsReader, _ path: [String]
  ) {
    if tls.certificateFile != nil, tls.keyFile == nil, tls.identity == nil {
      reader.note(path + ["keyFile"], "is missing: a certificate needs its key")
    }
    guard let identity = tls.identity else { return }
    if tls.keyFile != nil {
      reader.note(path + ["identity"], "stands beside keyFile: a key is in a token or in a file")
    }
    if tls.certificateFile == nil {
      reader.note(path + ["certificateFile"], "is missing: a key needs its certificate")
    }
    if !identity.reveal().hasPrefix("pkcs11:") || !OpaqueText.isPlain(identity.reveal()) {
      reader.note(path + ["identity"], "must be a PKCS#11 URI, which begins with pkcs11:")
    }
  }

  private static let socksKeys: [SettingsKey<DaemonSettings.SOCKS>] = [
    .text(
      "host", .at(\.host), .text("text"), .required("the proxy's name or address"),
      about: "The name or address of a SOCKS5 proxy on the way to the broker."),
    .number(
      "port", .at(\.port), 1...65_535, about: "The proxy's port."),
    .text(
      "username", .at(\.username), .text("text"),
      .neededBy("passwordFile", why: "a password needs one"), isSecret: true,
      about: "The user name at the proxy."),
    .file(
      "passwordFile", .at(\.passwordFile),
      about: "A file with the proxy's password in its first line."),
  ]

  private static let tlsKeys: [SettingsKey<DaemonSettings.TLS>] = [
    .file(
      "certificateFile", .at(\.certificateFile),
      .neededBy("keyFile", why: "a key needs its certificate"),
      about: "The controller's own certificate, PEM."),
    .file(
      "keyFile", .at(\.keyFile), about: "The private key of that certificate, PEM."),
    .value(
      "identity", .text("text"),
      about:
        "The key in a token in place of a file, as a PKCS#11 URI: `pkcs11:token=postern;object=tls`.",
      isSecret: true, get: { $0.identity.map { .text($0.reveal()) } },
      read: { reader, path, tls in tls.identity = reader.text(path).map { Secret($0) } }),
    .text(
      "alpn", .at(\.alpn), .text("text"),
      about: "The protocol named in the TLS handshake, where a broker shares a port with others."),
    .file(
      "caFile", .at(\.caFile), .required("without it any broker would be believed"),
      about: "The authorities that may have signed the broker's certificate, PEM."),
    .file(
      "renewalCAFile", .at(\.renewalCAFile),
      about:
        "The authorities that may sign this controller's next certificates, PEM; `caFile` unless set."
    ),
  ]
}
