public import DoorCore
public import DoorRules
public import WiegandCodec

/// The daemon's settings: one YAML file, every key of which an environment variable overrides
/// (`POSTERN_CLOUD_PORT` for `cloud.port`). What is here is in range. Secrets stay in files of
/// their own: the settings name the files.
public struct DaemonSettings: Sendable {
  /// `controller.id`.
  public var controller: ControllerID
  /// Where the databases are; `/var/lib/postern` unless set.
  public var stateFolder: String
  /// `hardware.driver`; there is no default.
  public var driver: Driver
  /// At least one.
  public var doors: [Door]
  /// At least one, each at one of the doors.
  public var readers: [Reader]
  /// The operator's own formats, then the known ones; readers name those that they may send.
  public var formats: FormatTable
  /// The building's fire alarm; nil without one.
  public var fire: Line?
  /// The switch that opens with the controller's box; nil without one.
  public var tamper: Line?
  /// Nil works without a cloud.
  public var cloud: Cloud?
  /// The key under which credentials are digested.
  public var credentialKeyFile: String
  /// The key before that one, while credentials under it are still good; nil has none.
  public var previousCredentialKeyFile: String?
  /// The keys of offline PINs; nil serves none.
  public var offlinePINKeyFile: String?
  /// The operator's roots, a line `KEYID BASE64URL` each; nil takes no key that is handed over.
  public var issuerRootsFile: String?
  /// The Unix socket of the console; `/run/postern/postern.sock` unless set.
  public var consoleSocket: String
  /// The console's web page; nil serves none.
  public var web: Web?
  /// How long an unlock waits for its event to be on disk; 0 to 1000, 50 unless set.
  public var commitDeadlineMilliseconds: Int
  /// For development: what to believe of the clock whatever the kernel says; nil asks it.
  public var assumedClockTrust: ClockTrust?
  /// `trace` to `critical`, as swift-log names them; `info` unless set.
  public var logLevel: String

  /// What the lines are. Simulated hardware must be asked for by name.
  public enum Driver: String, Sendable, CaseIterable { case gpiod, simulated }

  /// A line of a chip.
  public struct Line: Sendable, Hashable {
    /// The pull of an input.
    public enum Bias: String, Sendable, CaseIterable { case asIs, pullUp, pullDown, disabled }

    /// Its name, path or label, such as `gpiochip0`.
    public var chip: String
    /// 0 to 1023.
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
    public var relay: Line?
    /// Nil also when the door has none.
    public var contact: Line?
    /// The request to exit; nil also when the door has none.
    public var exit: Line?
    /// Whether the leaf can be seen to be open. A simulated door has a contact unless set.
    public var hasContact: Bool
    /// The lock opens when its power goes.
    public var failSafe: Bool
    public var timing: DoorTiming
    /// Doors with one name here open only one at a time.
    public var interlock: String?
  }

  /// A reader's wiring.
  public struct Reader: Sendable {
    public var id: ReaderID
    public var door: DoorID
    public var data0: Line?
    public var data1: Line?
    public var led: Line?
    public var beeper: Line?
    /// In the order in which they are tried.
    public var formats: FormatTable
    /// Nil when the reader has no keypad (`keypad: none`).
    public var keypad: KeypadDialect?
    public var entry: PINEntrySettings
    public var tamperCodes: TamperCodes?
    /// In place of the standard ones.
    public var patterns: [ReaderSignal: FeedbackPattern]
  }

  /// The broker and whom to believe.
  public struct Cloud: Sendable {
    public var host: String
    /// 1 to 65535; 1883, or 8883 with TLS, unless set.
    public var port: Int
    /// A line `KEYID BASE64URL` for each key of the cloud.
    public var publicKeyFile: String
    public var username: String?
    /// A file with the password in its first line.
    public var passwordFile: String?
    public var tls: TLS?
    /// 5 to 3600, 30 unless set.
    public var keepAliveSeconds: Int
    /// How often the cloud hears how the controller is.
    public var heartbeatSeconds: Int
  }

  /// Where the web page of the console is. On an address of the network only with TLS.
  public struct Web: Sendable, Hashable {
    /// An address of this machine; 127.0.0.1 unless set.
    public var address: String
    /// 1 to 65535.
    public var port: Int
    public var certificateFile: String?
    public var keyFile: String?
  }

  /// Certificates, PEM. A certificate of this controller needs its key and the other way round.
  public struct TLS: Sendable {
    public var caFile: String
    public var certificateFile: String?
    public var keyFile: String?
  }
}
