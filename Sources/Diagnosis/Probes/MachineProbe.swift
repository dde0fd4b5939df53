public import CloudProtocol
import Glibc

/// Facts that only some boards have.
public enum MachineProbe {
  static let throttledFile = "/sys/devices/platform/soc/soc:firmware/get_throttled"
  /// The most supply monitors looked at.
  static let monitorsMax = 16

  /// A reading of the machine, with what only some boards report.
  public static func facts(_ host: HostReading) -> MachineFacts {
    let bits = NetworkProbe.text(throttledFile).flatMap {
      UInt32($0.trimmingPrefix("0x").prefix { $0.isHexDigit }, radix: 16)
    }
    // The driver rpi_volt has one alarm.
    var undervoltage: Bool?
    for number in 0..<monitorsMax {
      guard
        let alarm = NetworkProbe.text("/sys/class/hwmon/hwmon\(number)/in0_lcrit_alarm")
      else { continue }
      undervoltage = (undervoltage ?? false) || alarm.hasPrefix("1")
    }
    return MachineFacts(host, throttledBits: bits, undervoltage: undervoltage)
  }

  /// What disciplines the clock, by the runtime files of those that are common; nil for nothing.
  public static func clockSource() -> String? {
    let known = [
      ("/run/systemd/timesync/synchronized", "systemd-timesyncd"),
      ("/run/chrony/chronyd.pid", "chrony"), ("/run/chronyd.pid", "chrony"),
      ("/run/ntpd.pid", "ntpd"), ("/run/openntpd.pid", "OpenNTPD"),
    ]
    return known.first { access($0.0, F_OK) == 0 }?.1
  }

  /// The version of the system's time-zone rules; nil when the files do not have it.
  public static func zoneRules() -> String? {
    for path in ["/usr/share/zoneinfo/tzdata.zi", "/usr/share/zoneinfo/+VERSION"] {
      guard let line = NetworkProbe.text(path)?.split(separator: "\n").first else { continue }
      // `# version 2026a` or `2026a`.
      if let version = line.split(separator: " ").last { return "tzdata \(version)" }
    }
    return nil
  }
}
