import CloudProtocol

/// The chip's lines.
public struct LineFacts: Sendable, Hashable {
  /// Why a line could not be requested, by what to do about it.
  public enum Fault: Sendable, Hashable {
    /// The chip does not exist.
    case chipMissing
    /// The chip has no line of this number.
    case lineMissing
    /// `by` is the kernel's name for the holder.
    case busy(by: String)
    /// The chip's name means several chips; the text names them.
    case ambiguous(String)
    case other(String)
  }

  /// A line that is wired.
  public struct Line: Sendable, Hashable {
    /// Its meaning, such as `relay of door front`.
    public var name: String
    /// Chip and offset, such as `line 17 of gpiochip0`.
    public var place: String
    /// Nil while the line is held.
    public var fault: Fault?

    public init(name: String, place: String, fault: Fault?) {
      self.name = name
      self.place = place
      self.fault = fault
    }
  }

  /// An input that a switching relay disturbs.
  public struct Chatter: Sendable, Hashable {
    /// The input's meaning.
    public var input: String
    /// The door whose relay disturbs it.
    public var door: String

    public init(input: String, door: String) {
      self.input = input
      self.door = door
    }
  }

  public var lines: [Line]
  public var chatter: [Chatter]
  /// Inputs whose chip reports no edges, in words.
  public var polled: [String]

  public init(lines: [Line], chatter: [Chatter] = [], polled: [String] = []) {
    self.lines = lines
    self.chatter = chatter
    self.polled = polled
  }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("lines")
    let held = lines.filter { $0.fault == nil }.count
    for line in lines {
      guard let fault = line.fault else { continue }
      let what = "\(line.name), \(line.place)"
      switch fault {
      case .chipMissing:
        writer.failure(
          "chip", "\(what): there is no such chip",
          do: "`postern lines chips` lists the chips; correct `chip` or load its driver")
      case .lineMissing:
        writer.failure(
          "number", "\(what): the chip has no such line",
          do: "`gpioinfo` lists the lines; correct the number in the settings")
      case .busy(let holder):
        writer.failure(
          "busy", "\(what): held by \(holder)",
          do: "stop that program, or wire and set another line")
      case .ambiguous(let detail):
        writer.failure(
          "ambiguous", "\(what): \(detail)",
          do: "`postern lines chips` lists the addresses; set `chip` to the right one, restart, "
            + "and try which door the relay opens")
      case .other(let detail):
        writer.failure(
          "fault", "\(what): \(detail)",
          do: "look at `dmesg`; the daemon tries again every few seconds")
      }
    }
    for found in chatter {
      writer.warning(
        "chatter",
        "\(found.input) changes and comes back whenever the relay of door \(found.door) switches",
        do: "put a diode (direct current) or a varistor across the lock's coil, at the lock; keep "
          + "the input's cable apart from the lock's; feed the lock from a supply of its own")
    }
    for words in polled { writer.ok("polled", words) }
    if held > 0 || lines.isEmpty { writer.ok("held", "\(held) of \(lines.count) lines are held") }
    return writer.checks
  }
}
