import DoorPorts

/// Finds the one chip that a name of the settings means. A name that means two chips means none: the
/// wrong relay would open the wrong door.
struct ChipFinder: Sendable {
  /// Where a name was found first. A board of the same kind must not take the place of one that
  /// was pulled out.
  private var places: [String: String] = [:]

  /// Throws `unavailable` for a name that no chip has, and `ambiguous` for one that two have, or that
  /// has come to mean another chip than at first.
  mutating func find(
    _ name: String, among chips: [Chip], for operation: String
  ) throws(PortError) -> Chip {
    let found = chips.filter { $0.answers(to: name) }
    guard let chip = found.first else {
      // A device file of any other name, such as a link that the system's administrator made.
      if name.hasPrefix("/dev/") { return Chip(path: name, label: name, lines: 0) }
      throw PortError(
        .unavailable, operation: operation,
        detail: "no such chip; `postern lines chips` lists those that are there")
    }
    guard found.count == 1 else {
      throw PortError(
        .ambiguous, operation: operation,
        detail: "\(found.count) chips are named \(name): "
          + found.map(\.words).joined(separator: ", and ")
          + "; name the chip by the address behind its path")
    }
    guard let address = chip.address else { return chip }
    if let first = places[name], first != address {
      throw PortError(
        .ambiguous, operation: operation,
        detail: "\(name) was the chip at \(first), and is \(chip.words) now; "
          + "name the chip by its address, or restart the daemon if the board was moved")
    }
    places[name] = address
    return chip
  }
}
