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

  public var lines: [Line]

  public init(lines: [Line]) { self.lines = lines }

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
    if held > 0 || lines.isEmpty { writer.ok("held", "\(held) of \(lines.count) lines are held") }
    return writer.checks
  }
}
