public import CloudProtocol
public import DoorPorts
import Glibc
import Synchronization

/// Facts about the machine, from /proc, /sys and the device tree.
public final class SystemFacts: HostFacts {
  /// The most bytes that are read of one file.
  static let fileBytesMax = 16_384

  private struct Ticks {
    var busy: UInt64
    var all: UInt64
  }

  private let stateFolder: String
  private let last: Mutex<Ticks?>

  /// Disk space is that of the file system of `stateFolder`.
  public init(stateFolder: String) {
    self.stateFolder = stateFolder
    last = Mutex(Self.ticks())
  }

  public func read() -> HostReading {
    var reading = HostReading()
    reading.system = Self.member("PRETTY_NAME=", of: "/etc/os-release")?
      .trimmed(of: "\"")
    reading.kernel = Self.text("/proc/sys/kernel/osrelease")
    reading.make = Self.text("/sys/class/dmi/id/sys_vendor")
    reading.model =
      Self.text("/proc/device-tree/model") ?? Self.text("/sys/class/dmi/id/product_name")
    reading.serial =
      Self.text("/proc/device-tree/serial-number")
      ?? Self.text("/sys/class/dmi/id/product_serial")
    reading.uptimeSeconds = Self.text("/proc/uptime")?.split(separator: ".").first
      .flatMap { Int($0) }
    reading.cpuPercent = cpuPercent()
    reading.temperatureCelsius = Self.text("/sys/class/thermal/thermal_zone0/temp")
      .flatMap { Double($0) }.map { $0 / 1_000 }
    reading.memoryTotalBytes = Self.kilobytes("MemTotal:")
    reading.memoryAvailableBytes = Self.kilobytes("MemAvailable:")
    var disk = statvfs()
    if statvfs(stateFolder, &disk) == 0 {
      reading.diskTotalBytes = Int64(clamping: UInt64(disk.f_frsize) * UInt64(disk.f_blocks))
      reading.diskAvailableBytes = Int64(clamping: UInt64(disk.f_frsize) * UInt64(disk.f_bavail))
    }
    if let (name, address) = NetworkFacts.firstAddress() {
      reading.networkInterface = name
      reading.address = address
      let isWifi = access("/sys/class/net/\(name)/wireless", F_OK) == 0
      reading.networkKind = isWifi ? "wifi" : "wired"
      reading.wifiName = isWifi ? NetworkFacts.wifiName(of: name) : nil
    }
    return reading
  }

  /// Free space on the file system of the state folder; cheap. Nil when it cannot be read.
  public func diskAvailableBytes() -> Int64? {
    var disk = statvfs()
    guard statvfs(stateFolder, &disk) == 0 else { return nil }
    return Int64(clamping: UInt64(disk.f_frsize) * UInt64(disk.f_bavail))
  }

  /// The load since the last reading; nil when /proc/stat cannot be read.
  private func cpuPercent() -> Double? {
    guard let now = Self.ticks() else { return nil }
    return last.withLock { last in
      defer { last = now }
      guard let before = last, now.all > before.all, now.busy >= before.busy else { return nil }
      let share = Double(now.busy - before.busy) / Double(now.all - before.all)
      return (min(share, 1) * 1_000).rounded() / 10
    }
  }

  /// https://docs.kernel.org/filesystems/proc.html, /proc/stat: the fourth and fifth are idle times.
  private static func ticks() -> Ticks? {
    guard let line = text("/proc/stat")?.split(separator: "\n").first else { return nil }
    let fields = line.split(separator: " ").dropFirst().prefix(8).map { UInt64($0) ?? 0 }
    guard fields.count == 8 else { return nil }
    let all = fields.reduce(0, &+)
    return Ticks(busy: all &- fields[3] &- fields[4], all: all)
  }

  private static func kilobytes(_ name: String) -> Int64? {
    member(name, of: "/proc/meminfo")?.split(separator: " ").first.flatMap { Int64($0) }
      .map { $0 * 1_024 }
  }

  /// The rest of the first line that begins with `name`.
  private static func member(_ name: String, of path: String) -> String? {
    text(path)?.split(separator: "\n").first { $0.hasPrefix(name) }
      .map { String($0.dropFirst(name.count)) }
  }

  /// The text of a small file, without white space and zeros at its end; nil when it is missing or
  /// empty.
  static func text(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: fileBytesMax)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    var text = Array(bytes.prefix(count))
    while let end = text.last, end <= 0x20 { text.removeLast() }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }
}

extension String {
  fileprivate func trimmed(of mark: Character) -> String {
    var text = self[...]
    while text.first == mark || text.first == " " { text = text.dropFirst() }
    while text.last == mark || text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
