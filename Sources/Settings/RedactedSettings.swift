import DoorRules
import WiegandCodec

/// The settings as they count, for programs: what ``DaemonSettings/redactedText`` says.
public struct RedactedSettings: Sendable, Encodable {
  struct Line: Encodable {
    var chip: String
    var line: Int
    var activeLow: Bool
    var bias: String

    init(_ line: DaemonSettings.Line) {
      chip = line.chip
      self.line = line.line
      activeLow = line.activeLow
      bias = line.bias.rawValue
    }
  }

  struct Door: Encodable {
    var id: String
    var failSafe: Bool
    var interlock: String?
    /// By what they are for.
    var lines: [String: Line]
  }

  struct Reader: Encodable {
    var id: String
    var door: String
    var formats: [String]
    var keypad: String?
    var lines: [String: Line]
  }

  struct Cloud: Encodable {
    var host: String
    var port: Int
    var publicKeyFile: String
    var hasUsername: Bool
    var keepAliveSeconds: Int
    var heartbeatSeconds: Int
    var caFile: String?
    var certificateFile: String?
    var keyFile: String?
  }

  var controller: String
  var stateFolder: String
  var driver: String
  var doors: [Door]
  var readers: [Reader]
  var siteLines: [String: Line]
  var cloud: Cloud?
  var credentialKeyFile: String
  var previousCredentialKeyFile: String?
  var offlinePINKeyFile: String?
  var issuerRootsFile: String?
  var consoleSocket: String
  var web: String?
  var commitDeadlineMilliseconds: Int
  var assumedClockTrust: String?
  var logLevel: String

  /// Secrets are in files of their own, of which only the paths are here.
  public init(_ settings: DaemonSettings) {
    controller = settings.controller.rawValue
    stateFolder = settings.stateFolder
    driver = settings.driver.rawValue
    doors = settings.doors.map { door in
      Door(
        id: door.id.rawValue, failSafe: door.failSafe, interlock: door.interlock,
        lines: Self.lines(["relay": door.relay, "contact": door.contact, "exit": door.exit]))
    }
    readers = settings.readers.map { reader in
      Reader(
        id: reader.id.rawValue, door: reader.door.rawValue,
        formats: reader.formats.formats.map(\.name), keypad: reader.keypad?.rawValue,
        lines: Self.lines([
          "data0": reader.data0, "data1": reader.data1, "led": reader.led,
          "beeper": reader.beeper,
        ]))
    }
    siteLines = Self.lines(["fire": settings.fire, "tamper": settings.tamper])
    cloud = settings.cloud.map { cloud in
      Cloud(
        host: cloud.host, port: cloud.port, publicKeyFile: cloud.publicKeyFile,
        hasUsername: cloud.username != nil, keepAliveSeconds: cloud.keepAliveSeconds,
        heartbeatSeconds: cloud.heartbeatSeconds, caFile: cloud.tls?.caFile,
        certificateFile: cloud.tls?.certificateFile, keyFile: cloud.tls?.keyFile)
    }
    credentialKeyFile = settings.credentialKeyFile
    previousCredentialKeyFile = settings.previousCredentialKeyFile
    offlinePINKeyFile = settings.offlinePINKeyFile
    issuerRootsFile = settings.issuerRootsFile
    consoleSocket = settings.consoleSocket
    web = settings.web.map { "\($0.address):\($0.port)" }
    commitDeadlineMilliseconds = settings.commitDeadlineMilliseconds
    assumedClockTrust = settings.assumedClockTrust?.rawValue
    logLevel = settings.logLevel
  }

  private static func lines(_ named: [String: DaemonSettings.Line?]) -> [String: Line] {
    named.compactMapValues { $0.map(Line.init) }
  }
}
