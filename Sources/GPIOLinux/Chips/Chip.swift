/// A GPIO chip of this machine.
public struct Chip: Sendable, Hashable {
  /// Its device file, such as `/dev/gpiochip2`.
  public var path: String
  /// Links to it: some systems keep a chip's old number as one.
  public var links: [String]
  /// What its driver calls it. Two boards of a kind have the same label.
  public var label: String
  public var lines: Int
  /// Where the kernel found it, below `/sys/devices`; nil when the kernel does not say.
  public var device: String?
  /// The same without the numbers that change when something is plugged in or started in another
  /// order: what the settings should name. Nil without a ``device``.
  public var address: String?

  public init(
    path: String, links: [String] = [], label: String, lines: Int, device: String? = nil,
    address: String? = nil
  ) {
    self.path = path
    self.links = links
    self.label = label
    self.lines = lines
    self.device = device
    self.address = address
  }

  /// The names that settings may give it, except its label.
  var names: [String] {
    ([path] + links).flatMap { [$0, Self.lastComponent(of: $0)] }
      + [device, address].compactMap(\.self) + (device.map { ["/sys/devices/\($0)"] } ?? [])
  }

  /// Whether settings that say `name` mean this chip.
  func answers(to name: String) -> Bool {
    // libgpiod 1.x also takes the bare number.
    let isNumber = !name.isEmpty && name.allSatisfy(\.isNumber)
    return label == name || names.contains(isNumber ? "gpiochip\(name)" : name)
  }

  /// The chip in words, for errors.
  var words: String { address.map { "\(path) at \($0)" } ?? path }

  static func lastComponent(of path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }
}
