import DoorPorts
import Foundation
import Testing

@testable import GPIOLinux

@Suite("Chips: two boards with one label are never mixed up (A4)")
struct ChipTests {
  /// A machine's device files and its tree of devices, in a folder.
  private struct Machine {
    let folder: URL
    var scan: ChipScan {
      ChipScan(
        deviceFolder: folder.appending(path: "dev").path(),
        chipFolder: folder.appending(path: "sys/bus/gpio/devices").path()
      ) { path in
        // A device file of this machine holds its label; a broken one holds nothing.
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), !text.isEmpty,
          let facts = try? FileManager.default.attributesOfItem(
            atPath: URL(filePath: path).resolvingSymlinksInPath().path()),
          let inode = facts[.systemFileNumber] as? UInt64
        else { return nil }
        return .init(label: text, lines: 8, device: inode)
      }
    }

    init() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      for path in ["dev", "sys/bus/gpio/devices"] {
        try FileManager.default.createDirectory(
          at: folder.appending(path: path), withIntermediateDirectories: true)
      }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Plugs a chip in below `device` of the tree.
    func plug(_ name: String, label: String, at device: String) throws {
      try Data(label.utf8).write(to: folder.appending(path: "dev/\(name)"))
      let place = folder.appending(path: "sys/devices/\(device)/\(name)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "sys/bus/gpio/devices/\(name)"), withDestinationURL: place)
    }

    func unplug(_ name: String) throws {
      try FileManager.default.removeItem(at: folder.appending(path: "dev/\(name)"))
      try FileManager.default.removeItem(
        at: folder.appending(path: "sys/bus/gpio/devices/\(name)"))
    }
  }

  private static let hub = "pci0000:00/0000:00:14.0/usb1/1-1"

  private func find(
    _ name: String, _ machine: Machine, _ finder: inout ChipFinder
  ) -> Result<String, PortError> {
    Result { () throws(PortError) in
      try finder.find(name, among: machine.scan.chips(), for: "request line 0 of \(name)").path
    }
  }

  @Test("a label of two chips is refused, and the error names both paths and their addresses")
  func twoOfAKind() throws {
    let machine = try Machine()
    defer { machine.remove() }
    try machine.plug("gpiochip0", label: "pinctrl-bcm2711", at: "platform/soc/fe200000.gpio")
    try machine.plug("gpiochip2", label: "ftdi-cbus", at: "\(Self.hub)/1-1.2/1-1.2:1.0")
    try machine.plug("gpiochip3", label: "ftdi-cbus", at: "\(Self.hub)/1-1.3/1-1.3:1.0")
    var finder = ChipFinder()
    guard case .failure(let error) = find("ftdi-cbus", machine, &finder) else {
      Issue.record("one of two boards was taken")
      return
    }
    #expect(error.code == .ambiguous)
    for text in ["gpiochip2", "gpiochip3", "usb:1.2:1.0", "usb:1.3:1.0", "address"] {
      #expect(error.detail.contains(text), "\(error.detail)")
    }
    // What the error offers works, and the other chip is not concerned.
    for (address, path) in [
      ("pci0000:00/0000:00:14.0/usb:1.2:1.0", "gpiochip2"),
      ("pci0000:00/0000:00:14.0/usb:1.3:1.0", "gpiochip3"),
      ("pinctrl-bcm2711", "gpiochip0"), ("gpiochip3", "gpiochip3"), ("2", "gpiochip2"),
    ] {
      #expect(try find(address, machine, &finder).get().hasSuffix(path), "\(address)")
    }
  }

  @Test("an address stays when the kernel gives bus, board and chip other numbers")
  func renumbered() throws {
    let before = try Machine()
    let after = try Machine()
    defer {
      before.remove()
      after.remove()
    }
    try before.plug(
      "gpiochip2", label: "mcp2221", at: "\(Self.hub)/1-1.2/1-1.2:1.2/0003:04D8:00DD.0005")
    try after.plug(
      "gpiochip7", label: "mcp2221",
      at: "pci0000:00/0000:00:14.0/usb3/3-1/3-1.2/3-1.2:1.2/0003:04D8:00DD.0011")
    let address = try #require(before.scan.chips().first?.address)
    #expect(after.scan.chips().first?.address == address)
  }

  @Test(
    "an address has no number that the kernel counts up",
    arguments: [
      ("platform/soc/fe804000.i2c/i2c-1/1-0020", "platform/soc/fe804000.i2c/i2c/0020"),
      (
        "platform/soc/fe204000.spi/spi_master/spi0/spi0.1",
        "platform/soc/fe204000.spi/spi_master/spi/spi.1"
      ),
      ("pci0000:00/0000:00:14.0/usb2/2-3/2-3:1.0", "pci0000:00/0000:00:14.0/usb:3:1.0"),
      (
        "pci0000:00/0000:00:14.0/usb2/2-3/2-3:1.0/ttyUSB4/x",
        "pci0000:00/0000:00:14.0/usb:3:1.0/ttyUSB/x"
      ),
      (
        "pci0000:00/0000:00:14.0/usb2/2-3/2-3:1.0/gpio-dln2.3.auto",
        "pci0000:00/0000:00:14.0/usb:3:1.0/gpio-dln2.auto"
      ),
      ("platform/gpio-sim.0", "platform/gpio-sim.0"),
    ])
  func addresses(device: String, address: String) {
    #expect(ChipAddress.of(device: device) == address)
  }

  @Test("two chips that only a bus number tells apart have their whole path as address")
  func sameShortAddress() throws {
    let machine = try Machine()
    defer { machine.remove() }
    // Two channels of one multiplexer.
    try machine.plug("gpiochip1", label: "pcf8574", at: "platform/a.i2c/i2c-1/i2c-5/5-0020")
    try machine.plug("gpiochip2", label: "pcf8574", at: "platform/a.i2c/i2c-1/i2c-6/6-0020")
    let chips = machine.scan.chips()
    #expect(
      chips.map(\.address) == [
        "platform/a.i2c/i2c-1/i2c-5/5-0020", "platform/a.i2c/i2c-1/i2c-6/6-0020",
      ])
    var finder = ChipFinder()
    for chip in chips {
      #expect(try find(#require(chip.address), machine, &finder).get() == chip.path)
    }
    guard case .failure = find("platform/a.i2c/i2c/i2c/0020", machine, &finder) else {
      Issue.record("an address that means two chips was taken")
      return
    }
  }

  @Test("several chips of one board are told apart by their place on it")
  func banks() throws {
    let machine = try Machine()
    defer { machine.remove() }
    for name in ["gpiochip1", "gpiochip2", "gpiochip10"] {
      try machine.plug(name, label: "bank", at: "platform/board.0")
    }
    #expect(
      machine.scan.chips().map(\.address)
        == ["platform/board.0#0", "platform/board.0#1", "platform/board.0#2"])
    var finder = ChipFinder()
    #expect(try find("platform/board.0#2", machine, &finder).get().hasSuffix("gpiochip10"))
  }

  @Test("a link to a chip is a name of it, not a second chip with its label")
  func link() throws {
    let machine = try Machine()
    defer { machine.remove() }
    try machine.plug("gpiochip0", label: "pinctrl-rp1", at: "platform/axi/1f000d0000.gpio")
    // Kernels of the Raspberry Pi 5 keep the old number like this.
    try FileManager.default.createSymbolicLink(
      at: machine.folder.appending(path: "dev/gpiochip4"),
      withDestinationURL: machine.folder.appending(path: "dev/gpiochip0"))
    try Data().write(to: machine.folder.appending(path: "dev/gpiochip9"))
    #expect(machine.scan.chips().count == 1)
    var finder = ChipFinder()
    for name in ["pinctrl-rp1", "gpiochip4", "gpiochip0"] {
      #expect(try find(name, machine, &finder).get().hasSuffix("gpiochip0"), "\(name)")
    }
  }

  @Test("a board of the same kind does not take the place of one that was pulled out")
  func impostor() throws {
    let machine = try Machine()
    defer { machine.remove() }
    try machine.plug("gpiochip2", label: "ftdi-cbus", at: "\(Self.hub)/1-1.2/1-1.2:1.0")
    var finder = ChipFinder()
    for name in ["ftdi-cbus", "gpiochip2"] {
      #expect(throws: Never.self) { try find(name, machine, &finder).get() }
    }
    try machine.unplug("gpiochip2")
    #expect(throws: PortError.self) { try find("ftdi-cbus", machine, &finder).get() }
    try machine.plug("gpiochip2", label: "ftdi-cbus", at: "\(Self.hub)/1-1.3/1-1.3:1.0")
    for name in ["ftdi-cbus", "gpiochip2"] {
      let error = #expect(throws: PortError.self) { try find(name, machine, &finder).get() }
      #expect(error?.code == .ambiguous)
      #expect(error?.detail.contains("usb:1.2:1.0") == true)
      #expect(error?.detail.contains("usb:1.3:1.0") == true)
    }
    // Back in its own port, under another number: it is the same board.
    try machine.unplug("gpiochip2")
    try machine.plug("gpiochip5", label: "ftdi-cbus", at: "\(Self.hub)/1-1.2/1-1.2:1.0")
    #expect(try find("ftdi-cbus", machine, &finder).get().hasSuffix("gpiochip5"))
  }

  @Test("a chip that is not there is told as that, with the command that lists the chips")
  func none() throws {
    let machine = try Machine()
    defer { machine.remove() }
    var finder = ChipFinder()
    let error = #expect(throws: PortError.self) { try find("gpiochip0", machine, &finder).get() }
    #expect(error?.code == .unavailable)
    #expect(error?.detail.contains("postern lines chips") == true)
  }
}
