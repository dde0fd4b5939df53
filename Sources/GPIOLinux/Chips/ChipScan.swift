import CGpiod
import Foundation
import Glibc

/// Looks for the chips of this machine. Requests no line.
public struct ChipScan: Sendable {
  /// What a device file says of its chip.
  struct Identity: Sendable {
    var label: String
    var lines: Int
    /// The number of the device, which two files of one chip share.
    var device: UInt64
  }

  private let deviceFolder: String
  private let chipFolder: String
  private let identify: @Sendable (String) -> Identity?

  /// The kernel's chips.
  public init() {
    self.init(deviceFolder: "/dev", chipFolder: "/sys/bus/gpio/devices", identify: Self.ask)
  }

  /// `chipFolder` has a link for each chip, by its name, to its place in the tree of devices.
  init(
    deviceFolder: String, chipFolder: String,
    identify: @escaping @Sendable (String) -> Identity?
  ) {
    self.deviceFolder = deviceFolder
    self.chipFolder = chipFolder
    self.identify = identify
  }

  /// The chips, in the order of their numbers. One that cannot be opened is left out.
  public func chips() -> [Chip] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: deviceFolder)) ?? [])
      .filter { $0.hasPrefix("gpiochip") }
    // A link comes after the file that it points to.
    let ordered = names.sorted {
      (isLink($0) ? 1 : 0, $0.count, $0) < (isLink($1) ? 1 : 0, $1.count, $1)
    }
    var chips: [Chip] = []
    var known: [UInt64: Int] = [:]
    for name in ordered {
      let path = "\(deviceFolder)/\(name)"
      guard let identity = identify(path) else { continue }
      if let first = known[identity.device] {
        chips[first].links.append(path)
        continue
      }
      known[identity.device] = chips.count
      chips.append(
        Chip(
          path: path, label: identity.label, lines: identity.lines, device: device(of: name)))
    }
    return Self.addressed(chips)
  }

  private func isLink(_ name: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(deviceFolder)/\(name)")) != nil
  }

  /// The place of the chip's parent below `devices`, since the chip's own name has its number.
  private func device(of name: String) -> String? {
    guard let resolved = realpath("\(chipFolder)/\(name)", nil) else { return nil }
    defer { free(resolved) }
    let parts = String(cString: resolved).split(separator: "/")
    guard let root = parts.firstIndex(of: "devices") else { return nil }
    var below = parts[(root + 1)...]
    if below.last == Substring(name) { below.removeLast() }
    return below.isEmpty ? nil : below.joined(separator: "/")
  }

  /// Gives each chip an address that no other one has: several chips of one device are numbered in
  /// their order, and where the short form does not tell two devices apart the whole path does.
  static func addressed(_ chips: [Chip]) -> [Chip] {
    var chips = chips
    let devices = Dictionary(grouping: chips.indices.filter { chips[$0].device != nil }) {
      chips[$0].device ?? ""
    }
    for (device, places) in devices {
      let short = ChipAddress.of(device: device)
      let isShared = devices.keys.contains { $0 != device && ChipAddress.of(device: $0) == short }
      let address = isShared ? device : short
      for (number, place) in places.enumerated() {
        let suffix = places.count > 1 ? "#\(number)" : ""
        chips[place].address = address + suffix
        chips[place].device = device + suffix
      }
    }
    return chips
  }

  private static func ask(_ path: String) -> Identity? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    var label = [CChar](repeating: 0, count: 64)
    let lines = postern_chip_look(path, &label, label.count)
    guard lines >= 0 else { return nil }
    return Identity(
      label: String(cString: label), lines: Int(lines), device: UInt64(facts.st_rdev))
  }
}
