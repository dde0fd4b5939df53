public import CloudProtocol

/// The machine. Nil for what it does not report.
public struct MachineFacts: Sendable, Hashable {
  public var temperatureCelsius: Double?
  public var memoryAvailableBytes: Int64?
  public var memoryTotalBytes: Int64?
  public var cpuPercent: Double?
  /// Bits as the firmware of a Raspberry Pi gives them.
  /// https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
  public var throttledBits: UInt32?
  /// The board's supply monitor reports a voltage that is too low.
  public var undervoltage: Bool?

  public init(_ host: HostReading, throttledBits: UInt32?, undervoltage: Bool?) {
    temperatureCelsius = host.temperatureCelsius
    memoryAvailableBytes = host.memoryAvailableBytes
    memoryTotalBytes = host.memoryTotalBytes
    cpuPercent = host.cpuPercent
    self.throttledBits = throttledBits
    self.undervoltage = undervoltage
  }

  /// At 80 °C a Raspberry Pi begins to slow down.
  public static let celsiusMax = 80.0
  /// Less memory than this and the kernel begins to end programs. 32 MiB.
  public static let memoryBytesMin: Int64 = 33_554_432

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("machine")
    if let celsius = temperatureCelsius {
      let text = "processor at \(StorageFacts.rounded(celsius)) °C"
      if celsius >= Self.celsiusMax {
        writer.warning("temperature", text, do: "give the box air, or move it out of the sun")
      } else {
        writer.ok("temperature", text)
      }
    }
    if let bytes = memoryAvailableBytes {
      let text = "\(StorageFacts.size(bytes)) of memory are free"
      if bytes < Self.memoryBytesMin {
        writer.warning(
          "memory", text, do: "find the program that uses it: `ps aux --sort=-rss | head`")
      } else {
        writer.ok("memory", text)
      }
    }
    if undervoltage == true || (throttledBits ?? 0) & 0x1 != 0 {
      writer.failure(
        "power", "the supply voltage is too low now",
        do: "use a stronger supply and a shorter, thicker cable; feed the lock separately")
    } else if let bits = throttledBits, bits & 0x10000 != 0 {
      writer.warning(
        "power", "the supply voltage was too low since the start",
        do: "use a stronger supply; a lock on the same supply is often the cause")
    } else if throttledBits != nil || undervoltage != nil {
      writer.ok("power", "no low voltage was seen")
    }
    if let bits = throttledBits, bits & 0xE != 0 {
      writer.warning("throttled", "the processor is slowed down now", do: "cool the board")
    } else if let bits = throttledBits, bits & 0xE0000 != 0 {
      writer.warning(
        "throttled", "the processor was slowed down since the start",
        do: "give the box air, and look at its supply")
    }
    return writer.checks
  }
}
