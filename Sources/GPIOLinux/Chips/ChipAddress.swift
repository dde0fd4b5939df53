/// The address of a chip that stays: its path below `/sys/devices`, without the numbers that the
/// kernel gives in the order in which things appear. A board keeps it over a restart and when it
/// is plugged into the same port again; two boards of a kind have two.
enum ChipAddress {
  /// From `pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0` to
  /// `pci0000:00/0000:00:14.0/usb:1.2:1.0`, and from `platform/fe804000.i2c/i2c-1/1-0020` to
  /// `platform/fe804000.i2c/i2c/0020`.
  static func of(device: String) -> String {
    let parts = device.split(separator: "/").map(String.init)
    var kept: [String] = []
    for (place, part) in parts.enumerated() {
      let before = place > 0 ? parts[place - 1] : ""
      let after = place + 1 < parts.count ? parts[place + 1] : ""
      if let stable = stable(part, after: before, before: after) { kept.append(stable) }
    }
    return kept.joined(separator: "/")
  }

  /// Nil for a part that says nothing which a later one does not say.
  private static func stable(_ part: String, after: String, before: String) -> String? {
    if number(part, after: "usb") { return nil }
    if let ports = usbPorts(part), after.hasPrefix("usb") || usbPorts(after) != nil {
      // A port of a hub has the ports above it in its own name.
      return usbPorts(before) == nil ? "usb:\(ports)" : nil
    }
    if number(part, after: "i2c-") { return "i2c" }
    if number(after, after: "i2c-"), let dash = part.firstIndex(of: "-"),
      part[..<dash].allSatisfy(\.isNumber)
    {
      return String(part[part.index(after: dash)...])
    }
    for bus in ["spi", "ttyUSB", "ttyACM"] where number(part, after: bus) { return bus }
    if number(after, after: "spi"), part.hasPrefix("spi"), let dot = part.firstIndex(of: ".") {
      return "spi" + part[dot...]
    }
    return withoutInstance(part)
  }

  /// `1.2` of `1-1.2`, and `1.2:1.0` of `1-1.2:1.0`; nil for a part that is no USB device.
  private static func usbPorts(_ part: String) -> String? {
    guard let dash = part.firstIndex(of: "-"), dash != part.startIndex,
      part[..<dash].allSatisfy(\.isNumber)
    else { return nil }
    let ports = part[part.index(after: dash)...]
    guard let first = ports.first, first.isNumber,
      ports.allSatisfy({ $0.isNumber || $0 == "." || $0 == ":" })
    else { return nil }
    return String(ports)
  }

  /// Counts that the kernel adds at the end: `0003:04D8:00DD.0005` of an input device's protocol, and
  /// `gpio-x.3.auto` of a device that has no number of its own.
  private static func withoutInstance(_ part: String) -> String {
    var pieces = part.split(separator: ".", omittingEmptySubsequences: false)
    if pieces.last == "auto", pieces.count > 2, pieces[pieces.count - 2].allSatisfy(\.isNumber) {
      pieces.remove(at: pieces.count - 2)
      return pieces.joined(separator: ".")
    }
    let isHID =
      pieces.count == 2 && pieces[1].count == 4
      && pieces[0].split(separator: ":").map(\.count) == [4, 4, 4]
      && part.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    return isHID ? String(pieces[0]) : part
  }

  /// Whether `part` is `prefix` and then a number.
  private static func number(_ part: String, after prefix: String) -> Bool {
    part.hasPrefix(prefix) && part.count > prefix.count
      && part.dropFirst(prefix.count).allSatisfy(\.isNumber)
  }
}
