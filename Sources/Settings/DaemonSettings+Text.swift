import DoorRules
import WiegandCodec

extension DaemonSettings {
  /// The settings as they count, with what was left out filled in. Secrets are in files of their
  /// own, of which only the paths are here; the broker's user name is left out.
  public var redactedText: String {
    var text = """
      controller: {id: \(controller)}
      state: {folder: \(stateFolder)}
      hardware: {driver: \(driver.rawValue)}
      doors: [\(doors.map(\.id.rawValue).joined(separator: ", "))]
      door:

      """
    for door in doors {
      text += "  \(door.id):\n    failSafe: \(door.failSafe)\n"
      text += Self.line("relay", door.relay) + Self.line("contact", door.contact)
      text += Self.line("exit", door.exit)
      if let interlock = door.interlock { text += "    interlock: \(interlock)\n" }
    }
    text += "readers: [\(readers.map(\.id.rawValue).joined(separator: ", "))]\nreader:\n"
    for reader in readers {
      let formats = reader.formats.formats.map(\.name).joined(separator: ", ")
      text += "  \(reader.id):\n    door: \(reader.door)\n    formats: [\(formats)]\n"
      text += "    keypad: \(reader.keypad?.rawValue ?? "none")\n"
      text += Self.line("data0", reader.data0) + Self.line("data1", reader.data1)
      text += Self.line("led", reader.led) + Self.line("beeper", reader.beeper)
    }
    if fire != nil || tamper != nil {
      text += "site:\n" + Self.line("fire", fire) + Self.line("tamper", tamper)
    }
    if let cloud {
      text += """
        cloud:
            host: \(cloud.host)
            port: \(cloud.port)
            publicKeyFile: \(cloud.publicKeyFile)
            username: \(cloud.username == nil ? "none" : "<redacted>")
            keepAliveSeconds: \(cloud.keepAliveSeconds)
            heartbeatSeconds: \(cloud.heartbeatSeconds)

        """
      if let tls = cloud.tls {
        text += "    tls: {caFile: \(tls.caFile)"
        if let file = tls.certificateFile { text += ", certificateFile: \(file)" }
        if let file = tls.keyFile { text += ", keyFile: \(file)" }
        text += "}\n"
      }
    }
    text += """
      credentials: {keyFile: \(credentialKeyFile)\(keyFiles)}
      console: {socket: \(consoleSocket), web: \(web.map { "\($0.address):\($0.port)" } ?? "off")}
      events: {commitDeadlineMilliseconds: \(commitDeadlineMilliseconds)}
      clock: {assumeTrust: \(assumedClockTrust?.rawValue ?? "none")}
      log: {level: \(logLevel)}

      """
    return text
  }

  /// Those that not every controller has.
  private var keyFiles: String {
    [
      ("previousKeyFile", previousCredentialKeyFile), ("offlinePINKeyFile", offlinePINKeyFile),
      ("issuerRootsFile", issuerRootsFile),
    ].map { name, file in file.map { ", \(name): \($0)" } ?? "" }.joined()
  }

  private static func line(_ name: String, _ line: Line?) -> String {
    guard let line else { return "" }
    return "    \(name): {chip: \(line.chip), line: \(line.line), activeLow: \(line.activeLow)"
      + ", bias: \(line.bias.rawValue)}\n"
  }
}
