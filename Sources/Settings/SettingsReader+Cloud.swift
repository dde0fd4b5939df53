import DoorRules

/// The broker, and whom to believe.
extension SettingsReader {
  /// Nil without a cloud, which is a choice: then no `cloud` key may be set at all.
  mutating func cloud() -> DaemonSettings.Cloud? {
    let before = problems.count
    let host = text("cloud", "host")
    let port = integer(["cloud", "port"], in: 1...65_535)
    let key = text("cloud", "publicKeyFile")
    let username = text("cloud", "username")
    let password = text("cloud", "passwordFile")
    let keepAlive = integer(["cloud", "keepAliveSeconds"], in: 5...3_600)
    let heartbeat = integer(["cloud", "heartbeatSeconds"], in: 5...86_400)
    let tls = tls()
    let isMeant =
      problems.count > before || host != nil || port != nil || key != nil || username != nil
      || password != nil || keepAlive != nil || heartbeat != nil || tls != nil
    guard isMeant else { return nil }
    if host == nil { note(["cloud", "host"], "is missing: the broker's name or address") }
    if key == nil {
      note(["cloud", "publicKeyFile"], "is missing: without it nothing can be believed")
    }
    if password != nil, username == nil {
      note(["cloud", "username"], "is missing: a password needs one")
    }
    guard let host, let key else { return nil }
    return DaemonSettings.Cloud(
      host: host, port: port ?? (tls == nil ? 1_883 : 8_883), publicKeyFile: key,
      username: username, passwordFile: password, tls: tls, keepAliveSeconds: keepAlive ?? 30,
      heartbeatSeconds: heartbeat ?? 60)
  }

  /// Nil without a port: the page is off unless asked for.
  mutating func web() -> DaemonSettings.Web? {
    let path = ["console", "web"]
    let port = integer(path + ["port"], in: 1...65_535)
    let address = text(path + ["address"]) ?? "127.0.0.1"
    let certificate = text(path + ["certificateFile"])
    let key = text(path + ["keyFile"])
    if (certificate == nil) != (key == nil) {
      note(path, "certificateFile and keyFile belong together")
    }
    guard let port else { return nil }
    if address != "::1", !address.hasPrefix("127."), certificate == nil {
      note(
        path + ["address"],
        "\(shown(address)) is on the network: certificateFile and keyFile are needed for it")
    }
    return DaemonSettings.Web(
      address: address, port: port, certificateFile: certificate, keyFile: key)
  }

  private mutating func tls() -> DaemonSettings.TLS? {
    let authority = text("cloud", "tls", "caFile")
    let certificate = text("cloud", "tls", "certificateFile")
    let key = text("cloud", "tls", "keyFile")
    if certificate != nil, key == nil {
      note(["cloud", "tls", "keyFile"], "is missing: a certificate needs its key")
    }
    if key != nil, certificate == nil {
      note(["cloud", "tls", "certificateFile"], "is missing: a key needs its certificate")
    }
    guard let authority else {
      if certificate != nil || key != nil {
        note(["cloud", "tls", "caFile"], "is missing: without it any broker would be believed")
      }
      return nil
    }
    return DaemonSettings.TLS(caFile: authority, certificateFile: certificate, keyFile: key)
  }
}
