public import CloudProtocol
public import DoorCore
import DoorPorts
public import DoorRules
public import WiegandCodec

/// The daemon's settings: one YAML file, every key of which an environment variable overrides
/// (`POSTERN_CLOUD_PORT` for `cloud.port`). Every value is in its range. Secrets stay in files of
/// their own: the settings name the files. A property's initial value is the default of its key;
/// the keys, their ranges and what they are for stand in ``SettingsKeys``.
public struct DaemonSettings: Sendable {
  /// The controller's name at the broker and in every event.
  public var controller: ControllerID
  /// Where the databases are.
  public var stateFolder = "/var/lib/postern"
  /// The driver of the lines, and the lines of the site.
  public var hardware = Hardware()
  /// At least one.
  public var doors: [Door] = []
  /// At least one, each at one of the doors.
  public var readers: [Reader] = []
  /// The operator's own formats, as they are written.
  var ownFormats: [CardFormat] = []
  /// Nil: the controller works without a cloud.
  public var cloud: Cloud?
  /// A SOCKS5 proxy.
  public struct SOCKS: Sendable {
    public var host = ""
    /// 1 to 65535.
    public var port = 1_080
    /// The user name at the proxy. Secret: never shown.
    public var username: String?
    /// A file with the password in its first line.
    public var passwordFile: String?
  }

  /// The files of keys by which credentials are known.
  public var credentials = CredentialFiles()
  /// Where the console is served.
  public var console = Console()
  /// How long whoever stands outside waits for the disk.
  public var deadlines = Deadlines()
  /// For development: the trust of the clock, in place of the kernel's report; nil asks the kernel.
  public var assumedClockTrust: ClockTrust?
  /// `trace` to `critical`, as swift-log names them.
  public var logLevel = LogLevel.info.rawValue

  /// How long whoever stands outside waits for the disk. Leaving waits for nothing.
  public struct Deadlines: Sendable {
    /// A card, a PIN or a phone for its look-up; then it is denied.
    public var lookUpMilliseconds = RuntimeTimes.lookUpDeadlineMilliseconds.standard
    /// An unlock for its event; then it opens all the same.
    public var commitMilliseconds = RuntimeTimes.commitDeadlineMilliseconds.standard
  }

  /// The levels of swift-log.
  enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
  }

  /// Whether there is no hardware.
  public var isSimulated: Bool { hardware.driver == .simulated }

  /// The operator's own formats, then the known ones; readers name those that they may send.
  public var formats: FormatTable {
    FormatTable(formats: ownFormats.compactMap(\.format) + FormatTable.standard.formats)
  }

  /// What the lines are, and those of the site.
  public struct Hardware: Sendable {
    /// Simulated hardware must be asked for by name.
    public enum Driver: String, Sendable, CaseIterable { case gpiod, simulated }

    public var driver = Driver.gpiod
    /// How often an input is read whose chip reports no edges.
    public var pollMilliseconds = RuntimeTimes.pollMilliseconds.standard
    /// How far apart the outputs of doors switch for which nobody waits.
    public var staggerMilliseconds = RuntimeTimes.staggerMilliseconds.standard
    /// The building's fire alarm; nil without one.
    public var fire: Line?
    /// The switch that opens with the controller's box; nil without one.
    public var tamper: Line?
    /// The button that starts plans; nil without one.
    public var plan: Line?
    /// The supply's signal that mains is lost; nil without one.
    public var mains: Line?
    /// The supply's signal that its battery is low; nil without one.
    public var battery: Line?
    /// What is done without mains.
    public var power = PowerSettings()
    public var auxiliaryInputs: [AuxiliaryInput] = []
    public var auxiliaryOutputs: [AuxiliaryOutput] = []
  }

  /// An input that belongs to no door.
  public struct AuxiliaryInput: Sendable {
    public var id: InputID
    /// Nil with simulated hardware.
    public var line: Line?
    /// How long it must be steady before its level counts.
    public var debounceMilliseconds = ControllerLayout.Input.debounceMillisecondsDefault
  }

  /// An output that belongs to no door.
  public struct AuxiliaryOutput: Sendable {
    public var id: OutputID
    /// Nil with simulated hardware.
    public var line: Line?
  }

  /// A line of a chip, or an input or output of a reader on an OSDP line.
  public struct Line: Sendable, Hashable {
    /// The pull of an input.
    public enum Bias: String, Sendable, CaseIterable { case asIs, pullUp, pullDown, disabled }

    /// Its name, path or label, such as `gpiochip0`; empty for a line at a reader.
    public var chip: String
    /// The reader that it is at, in place of a chip.
    public var reader: ReaderID?
    /// 0 to 1023; at a reader the number of its input or output, 0 to 31.
    public var line: Int
    /// Active means a low level. Data lines of readers are, unless set.
    public var activeLow: Bool
    /// `asIs` for outputs.
    public var bias: Bias

    public init(chip: String, line: Int, activeLow: Bool, bias: Bias = .asIs) {
      self.chip = chip
      self.line = line
      self.activeLow = activeLow
      self.bias = bias
    }
  }

  /// A door's wiring. With simulated hardware lines are nil.
  public struct Door: Sendable {
    public var id: DoorID
    /// Nil also with simulated hardware, as every line.
    public var relay: Line?
    /// Nil also when the door has none.
    public var contact: Line?
    /// The request to exit; nil also when the door has none.
    public var exit: Line?
    /// Whether there is a door contact. A simulated door has a contact unless set.
    public var hasContact = true
    /// The lock opens when its power fails.
    public var failSafe = false
    /// The times of `door.NAME`.
    public var timing = DoorTiming()
    /// Doors with one name here open only one at a time.
    public var interlock: String?
    /// The input that sees the lock's current; nil also with simulated hardware.
    public var lockCurrent: Line?
    /// Whether there is one.
    public var hasLockCurrent = false
    /// How long the lock's current may be otherwise than it should.
    public var lockCurrentSeconds = 3
    /// What the lock does when the battery is about to fail.
    public var onBatteryLow = LowBatteryRule.keep
  }

  /// Where a reader on an OSDP line is.
  public struct OSDP: Sendable, Hashable {
    /// The line's serial device.
    public var line: String
    /// Bits a second, of the standard's.
    public var baud = 9_600
    /// 0 to 126.
    public var address = 0
    /// From one question to the next.
    public var pollMilliseconds = 50
  }

  /// A reader's wiring.
  public struct Reader: Sendable {
    public var id: ReaderID
    /// The door that the reader is at.
    public var door: DoorID
    /// Nil for a reader on data lines.
    public var osdp: OSDP?
    /// The lines; nil with simulated hardware. Lamp and beeper are nil also when the reader has none.
    public var data0: Line?
    public var data1: Line?
    public var led: Line?
    public var beeper: Line?
    /// In the order in which they are tried.
    public var formats = FormatTable.default
    /// Nil when the reader has no keypad (`keypad: none`).
    public var keypad: KeypadDialect? = .automatic
    /// How PINs end.
    public var entry = PINEntrySettings()
    /// The key codes that report an opened and a closed case; nil for a reader without them.
    public var tamperCodes: TamperCodes?
    /// What the reader does by itself.
    public var habits = ReaderHabits()
    /// In place of the standard ones.
    public var patterns: [ReaderSignal: FeedbackPattern] = [:]
  }

  /// A card format of the operator's own, as it is written; bits such as `1-8,12`.
  struct CardFormat: Sendable {
    var name: String
    var bits = 0
    var facility: String?
    var card: String?
    var issue: String?
    /// Such as `0 even 1-12`.
    var parity: [String] = []
    /// Such as `0=1`.
    var fixed: [String] = []
    /// Nil until all of it was read and found to be right.
    var format: WiegandFormat?
  }

  /// The broker, and the keys of the cloud.
  public struct Cloud: Sendable {
    /// The broker's name or address.
    public var host = ""
    /// 1 to 65535; another one with TLS, unless set.
    public var port = 1_883
    /// A line `KEYID BASE64URL` for each key of the cloud.
    public var publicKeyFile = ""
    /// The user name at the broker. Secret: never shown.
    public var username: String?
    /// A file with the password in its first line.
    public var passwordFile: String?
    /// Names the session at the broker; nil is `postern-` and the controller's id.
    public var clientID: String?
    /// Whether state and last will are retained by the broker.
    public var retain = true
    /// How long the broker keeps messages for a controller that is away; 60 to 2,592,000.
    public var sessionExpirySeconds = 604_800
    /// Stands before every topic; nil is nothing.
    public var topicPrefix: TopicPrefix?
    /// The SOCKS5 proxy on the way to the broker; nil connects directly.
    public var socks: SOCKS?
    /// Nil connects without TLS.
    public var tls: TLS?
    /// How often an idle connection is tested; 5 to 3600.
    public var keepAliveSeconds = 30
    /// How often the controller publishes telemetry.
    public var heartbeatSeconds = RuntimeTimes.heartbeatSeconds.standard
  }

  /// The files of keys by which credentials are known.
  public struct CredentialFiles: Sendable {
    /// The key under which credentials are digested.
    public var keyFile = ""
    /// The key before that one, while credentials under it are still valid; nil has none.
    public var previousKeyFile: String?
    /// The keys of offline PINs; nil serves none.
    public var offlinePINKeyFile: String?
    /// The operator's roots, a line `KEYID BASE64URL` each; nil takes no key that is handed over.
    public var issuerRootsFile: String?
  }

  /// Where the console is served.
  public struct Console: Sendable {
    /// The Unix socket.
    public var socket = "/run/postern/postern.sock"
    /// The web page; nil serves none.
    public var web: Web?
  }

  /// Where the web page of the console is. On an address of the network only with TLS.
  public struct Web: Sendable, Hashable {
    /// An address of this machine.
    public var address = "127.0.0.1"
    /// 1 to 65535.
    public var port = 0
    /// Further names of this machine by which browsers may ask for the page, in lower case.
    public var names: [String] = []
    public var certificateFile: String?
    public var keyFile: String?
  }

  /// Certificates, PEM. A certificate of this controller needs its key, in a file or in a token, and
  /// the other way round.
  public struct TLS: Sendable {
    /// The authorities that may have signed the broker's certificate.
    public var caFile = ""
    public var certificateFile: String?
    public var keyFile: String?
    /// The key in a token, as a PKCS#11 URI, which may hold a PIN.
    public var identity: Secret<String>?
    /// The protocol that is named in the handshake; nil names none.
    public var alpn: String?
    /// The authorities that may sign this controller's next certificates; nil is ``caFile``.
    public var renewalCAFile: String?
  }
}

extension DaemonSettings {
  /// Defaults, before anything is read. Never nil: the name is an identifier.
  static var blank: DaemonSettings? {
    ControllerID("unnamed").map { DaemonSettings(controller: $0) }
  }
}
